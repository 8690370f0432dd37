/// The statements that a connection has prepared, by their text; those that were not used for longest are let go.
struct StatementCache {
    struct Entry: Sendable {
        let name: String
        let description: SQLDescription
        fileprivate var lastUse: UInt64
        fileprivate var isKept = false
    }

    /// Statements that a connection keeps.
    static let limit = 256

    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var made = 0

    mutating func entry(_ sql: String) -> Entry? {
        uses += 1
        entries[sql]?.lastUse = uses
        return entries[sql]
    }

    /// A name that none had before.
    mutating func nextName() -> String {
        made += 1
        return "i\(made)"
    }

    /// Keeps what was prepared.
    ///
    /// - Returns: the name of a statement that is to be let go in its place.
    mutating func add(_ sql: String, name: String, _ description: SQLDescription) -> String? {
        uses += 1
        entries[sql] = Entry(name: name, description: description, lastUse: uses)
        guard entries.count > Self.limit,
            let oldest = entries.filter({ !$0.value.isKept }).min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    /// Statements that are never let go, at most.
    private static let mostKept = limit / 2

    /// Keeps a statement for as long as the connection; whether there was room for it.
    mutating func keep(_ sql: String) -> Bool {
        guard entries.values.count(where: \.isKept) < Self.mostKept else { return false }
        entries[sql]?.isKept = true
        return true
    }

    mutating func remove(_ sql: String) { entries[sql] = nil }
}
