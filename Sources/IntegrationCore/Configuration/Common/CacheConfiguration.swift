/// Keeps answers for a while.
public struct CacheConfiguration: Configurable, Hashable {
    static let ttl = Field<Duration>.required("ttl", .duration, "How long an answer holds.")
    static let maxEntries = Field<Int>.defaulted(
        "max_entries", .int(1...100_000_000), 10_000,
        "How many answers at most; the least recently used one goes first.")
    static let missTTL = Field<Duration?>.optional(
        "miss_ttl", .duration, "How long \"there is none\" holds; without it a miss is not kept.")

    public static let table = FieldTable(
        "cache", summary: "Keeps answers for a while.", fields: [ttl, maxEntries, missTTL],
        example: "{ttl: 5m, max_entries: 10000}")

    public var ttl: Duration
    public var maxEntries: Int
    public var missTTL: Duration?

    public init(ttl: Duration, maxEntries: Int = 10_000, missTTL: Duration? = nil) {
        self.ttl = ttl
        self.maxEntries = maxEntries
        self.missTTL = missTTL
    }

    public init(_ fields: DecodedFields) {
        self.init(ttl: fields[Self.ttl], maxEntries: fields[Self.maxEntries], missTTL: fields[Self.missTTL])
    }
}
