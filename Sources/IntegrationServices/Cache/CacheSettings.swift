/// How long and how much of a service's answers is kept.
public struct CacheSettings: Sendable, Hashable {
    /// How long an answer holds.
    public var ttl: Duration
    /// How long "there is none" holds; nil: a miss is not kept.
    public var missTTL: Duration?
    /// How long an answer that holds no more is given where the service fails; nil: it is not.
    public var staleIfError: Duration?
    public var maximumEntries: Int
    public var maximumBytes: Int

    public init(
        ttl: Duration, missTTL: Duration? = nil, staleIfError: Duration? = nil, maximumEntries: Int = 10_000,
        maximumBytes: Int = 64 << 20
    ) {
        self.ttl = ttl
        self.missTTL = missTTL
        self.staleIfError = staleIfError
        self.maximumEntries = maximumEntries
        self.maximumBytes = maximumBytes
    }
}
