/// Values behind their titles, one pair a line, the values below each other.
enum TitledRows {
    /// Every line ends with a line break; a value's further lines stand below its first.
    static func text(_ rows: [(String, String)], indent: String = "") -> String {
        let width = rows.map(\.0.count).max() ?? 0
        let below = indent + String(repeating: " ", count: width + 2)
        return rows.map { title, value in
            let padding = String(repeating: " ", count: width - title.count + 2)
            return indent + title + padding
                + value.split(separator: "\n", omittingEmptySubsequences: false)
                .joined(separator: "\n" + below) + "\n"
        }.joined()
    }
}
