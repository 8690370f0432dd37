import ConnectorTestSupport
import Testing

/// One scenario of the conformance suite, with one row of its examples filled in.
struct CloudEventFeature {
    var headers: [(String, String)]
    var body: String
    var attributes: [String: String]
    var data: String

    /// Every scenario of a feature file, once for each example.
    static func read(_ path: String) throws -> [CloudEventFeature] {
        let text = try #require(TemporaryFolder.contents(of: path))
        return try text.components(separatedBy: "Scenario Outline:").dropFirst().flatMap { scenario in
            let examples = scenario.components(separatedBy: "Examples:")
            let rows = examples[1].split(separator: "\n").map { Self.cells($0) }.filter { !$0.isEmpty }
            return try rows.dropFirst().map { row in
                try CloudEventFeature(examples[0].replacing("<\(rows[0][0])>", with: row[0]))
            }
        }
    }

    private static func cells(_ line: Substring) -> [String] {
        guard line.contains("|") else { return [] }
        return line.split(separator: "|").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private init(_ text: String) throws {
        let quoted = text.components(separatedBy: "\"\"\"")
        try #require(quoted.count == 5)
        var lines = quoted[1].split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed }
        while lines.first?.isEmpty == true { lines.removeFirst() }
        let end = try #require(lines.firstIndex(of: ""))
        headers = lines[1..<end].map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), line[line.index(after: colon)...].trimmed)
        }
        body = lines[(end + 1)...].joined(separator: "\n")
        attributes = [:]
        for line in quoted[2].split(separator: "\n") {
            let cells = Self.cells(line)
            if cells.count == 2, cells[0] != "key" { attributes[cells[0]] = cells[1] }
        }
        data = quoted[3]
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}
