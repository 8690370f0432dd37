/// A query of the configuration's that the server ends behind some rows.
enum LimitedQuery {
    /// - Returns: the statement itself where it is none that can stand in another: what changes something, or locks rows.
    static func text(_ sql: String, rows: Int) -> String {
        let words = sql.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        guard let first = words.first, ["select", "with", "values", "table"].contains(first),
            !words.contains(where: { ["insert", "update", "delete", "merge", "into"].contains($0) })
        else { return sql }
        // What stands behind a semicolon would be another statement, and is refused as one; a comment ends with its line.
        return "select * from (\n\(sql.trimmingSemicolon)\n) q limit \(rows)"
    }
}
