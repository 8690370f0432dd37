/// The name of a table, a column or a channel, with or without its schema.
public struct SQLName: Sendable, Hashable {
    public let parts: [String]

    /// One name as it is, whatever characters it holds.
    public init(_ name: String) { parts = [name] }

    /// `schema.table`, or `table`; a part with a point in it stands in double quotes, as in SQL.
    ///
    /// Unlike in SQL, letters keep their case.
    public init?(dotted text: String) {
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        var wasQuoted = false
        var characters = text.makeIterator()
        var ahead = characters.next()
        while let character = ahead {
            ahead = characters.next()
            if isQuoted {
                if character != "\"" {
                    part.append(character)
                } else if ahead == "\"" {
                    part.append(character)
                    ahead = characters.next()
                } else {
                    isQuoted = false
                }
            } else if character == "\"", part.isEmpty, !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if character == "." {
                parts.append(part)
                part = ""
                wasQuoted = false
            } else if wasQuoted {
                return nil
            } else {
                part.append(character)
            }
        }
        parts.append(part)
        guard !isQuoted, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }) else { return nil }
        self.parts = parts
    }

    /// As it stands in a statement.
    public var quoted: String {
        parts.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ".")
    }
}
