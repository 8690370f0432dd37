internal import ArgumentParser
internal import IntegrationCore

/// How data is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, jsonl
}

struct OutputOptions: ParsableArguments {
    @Option(
        name: [.short, .long], help: "How to print: table for people, json or jsonl (one value a line) for programs.")
    var output: OutputFormat = .table
}

/// Records that a command prints as a table, as one JSON array or as one JSON object a line.
struct Records {
    /// Member names; the table's header is the same in capitals.
    var columns: [String]
    var rows: [[ConfigurationNode]] = []

    func text(_ format: OutputFormat, _ style: Style) -> String {
        switch format {
        case .table:
            var table = TextTable(columns.map { $0.uppercased() })
            for row in rows { table.add(row.map { $0.scalar?.text ?? $0.json }) }
            return table.text(style)
        case .json: return "[" + objects.joined(separator: ",\n ") + "]\n"
        case .jsonl: return objects.map { $0 + "\n" }.joined()
        }
    }

    private var objects: [String] {
        rows.map { row in ConfigurationNode.mapping(Array(zip(columns, row))).json }
    }
}
