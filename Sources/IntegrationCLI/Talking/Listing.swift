internal import IntegrationCore
internal import IntegrationDocument

/// Items of a reply, printed as a table for people, or as JSON as they came.
struct Listing {
    struct Column {
        var title: String
        var alignment: TextTable.Alignment
        var cell: (View) -> String

        init(_ title: String, _ alignment: TextTable.Alignment = .left, _ cell: @escaping (View) -> String) {
            self.title = title
            self.alignment = alignment
            self.cell = cell
        }
    }

    var columns: [Column]

    /// - Parameters:
    ///   - name: the member of the reply that holds the items.
    ///   - hasHeader: false for the later pages of a long table.
    func text(
        _ replies: [Reply], _ name: String = "items", _ format: OutputFormat, _ style: Style, hasHeader: Bool = true
    ) throws(IntegrationError) -> String {
        var table = TextTable(columns.map(\.title), alignments: columns.map(\.alignment))
        var objects: [String] = []
        for reply in replies {
            let pairs = try reply.items(name) { view in
                format == .table ? (columns.map { $0.cell(view) }, "") : ([], view.json)
            }
            for (cells, json) in pairs {
                if format == .table { table.add(cells) } else { objects.append(json) }
            }
        }
        switch format {
        case .table: return table.text(style, hasHeader: hasHeader)
        case .json: return "[" + objects.joined(separator: ",\n ") + "]\n"
        case .jsonl: return objects.map { $0 + "\n" }.joined()
        }
    }
}
