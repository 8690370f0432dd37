/// Keeps answers for a while.
public struct CacheConfiguration: Configurable, Hashable {
    static let ttl = Field<Duration>.required("ttl", .duration, "How long an answer holds.")
    static let maxEntries = Field<Int>.defaulted(
        "max_entries", .int(1...100_000_000), 10_000,
        "How many answers at most; the least recently used one goes first.")
    static let maxBytes = Field<ByteCount>.defaulted(
        "max_bytes", .size(in: ByteCount(1)...ByteCount.gibibytes(64)), .mebibytes(64),
        "How much memory answers may take; the least recently used one goes first.")
    static let staleIfError = Field<Duration?>.optional(
        "stale_if_error", .duration,
        "How long after `ttl` an answer is still given where the service fails; without it none is.")
    static let missTTL = Field<Duration?>.optional(
        "miss_ttl", .duration, "How long \"there is none\" holds; without it a miss is not kept.")

    public static let table = FieldTable(
        "cache", summary: "Keeps answers for a while; lookups of one key at the same time make one call.",
        fields: [ttl, maxEntries, maxBytes, missTTL, staleIfError],
        example: "{ttl: 5m, max_entries: 10000}")

    public var ttl: Duration
    public var maxEntries: Int
    public var maxBytes: ByteCount
    public var missTTL: Duration?
    public var staleIfError: Duration?

    public init(
        ttl: Duration, maxEntries: Int = 10_000, maxBytes: ByteCount = .mebibytes(64), missTTL: Duration? = nil,
        staleIfError: Duration? = nil
    ) {
        self.ttl = ttl
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.missTTL = missTTL
        self.staleIfError = staleIfError
    }

    public init(_ fields: DecodedFields) {
        self.init(
            ttl: fields[Self.ttl], maxEntries: fields[Self.maxEntries], maxBytes: fields[Self.maxBytes],
            missTTL: fields[Self.missTTL], staleIfError: fields[Self.staleIfError])
    }
}
