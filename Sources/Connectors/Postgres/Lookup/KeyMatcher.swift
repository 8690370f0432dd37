internal import IntegrationCore
internal import PostgreSQLClient
internal import Synchronization

/// Finds out which rows of a query belong to which keys: those whose column is the same text, and where that finds none
/// those that the server calls equal, as values of the column's type: `007` is 7, 1.5 is 1.50.
final class KeyMatcher: Sendable {
    /// What types are called in a cast; nil for those that have no equality.
    private let names = Mutex<[SQLTypeID: String?]>([:])

    /// - Parameter column: the place of the column that holds a row's key.
    /// - Returns: the rows of each key.
    func rows(
        of keys: [LookupKey], in result: SQLResult, _ column: Int, _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) -> [[Int]] {
        var byText: [String: [Int]] = [:]
        for row in 0..<result.count {
            if let text = result.text(row, column) { byText[text, default: []].append(row) }
        }
        let type = result.columns[column].type
        var found = keys.map { byText[type == .uuid ? $0.text.lowercased() : $0.text] ?? [] }
        let open = keys.indices.filter { found[$0].isEmpty && Self.canBeWrittenOtherwise(keys[$0].text, type) }
        guard !open.isEmpty, !byText.isEmpty else { return found }
        let texts = Array(byText.keys)
        let pairs = try await pairs(open.map { keys[$0].text }, texts, type, connection, timeout: timeout)
        for (key, text) in pairs { found[open[key]] += byText[texts[text]] ?? [] }
        for index in open { found[index].sort() }
        return found
    }

    /// Whether another text than this may stand for the same value: not where the server writes it like this.
    private static func canBeWrittenOtherwise(_ text: String, _ type: SQLTypeID) -> Bool {
        switch type.number {
        // text, varchar, name
        case 25, 1043, 19: return false
        // The integers.
        case 20, 21, 23, 26: return Int64(text).map { "\($0)" } != text
        case SQLTypeID.uuid.number:
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            return parts.map(\.utf8.count) != [8, 4, 4, 4, 12]
        default: return true
        }
    }

    /// Which of `keys` are equal to which of `texts`; none where the type has no equality, or a key is no value of it.
    private func pairs(
        _ keys: [String], _ texts: [String], _ type: SQLTypeID, _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) -> [(Int, Int)] {
        guard let name = try await name(of: type, connection, timeout: timeout) else { return [] }
        let query = """
            select k.n - 1, t.n - 1 from unnest($1::text[]) with ordinality k (v, n)
            join unnest($2::text[]) with ordinality t (v, n) on k.v::\(name) = t.v::\(name)
            """
        do throws(IntegrationError) {
            let outcomes = try await connection.run(
                [SQLRequest(query, [Self.list(keys), Self.list(texts)])], timeout: timeout)
            guard let result = outcomes[0].result else { return [] }
            return (0..<result.count).compactMap { row in
                guard let key = result.text(row, 0).flatMap({ Int($0) }),
                    let text = result.text(row, 1).flatMap({ Int($0) })
                else { return nil }
                return (key, text)
            }
        } catch {
            guard error.code == .sqlStatementInvalid else { throw error }
            names.withLock { $0[type] = .some(nil) }
            return []
        }
    }

    private func name(
        of type: SQLTypeID, _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) -> String? {
        if let known = names.withLock({ $0[type] }) { return known }
        // With -1, because `character` alone is one character.
        let request = SQLRequest("select format_type($1::oid, -1)", ["\(type.number)"])
        let name = try await connection.run(request, timeout: timeout).text(0, 0)
        names.withLock { $0[type] = .some(name) }
        return name
    }

    /// An array's text.
    private static func list(_ texts: [String]) -> String {
        let quoted = texts.map { text in
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }
}
