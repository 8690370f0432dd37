/// Rows in columns, two spaces between them; the last column is never padded.
struct TextTable {
    enum Alignment { case left, right }

    var header: [String]
    var alignments: [Alignment]
    private(set) var rows: [[String]] = []

    init(_ header: [String], alignments: [Alignment] = []) {
        self.header = header
        self.alignments = header.indices.map { $0 < alignments.count ? alignments[$0] : .left }
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Every line ends with a line break.
    ///
    /// - Parameter hasHeader: false for the later pages of a long table.
    func text(_ style: Style = .plain, hasHeader: Bool = true) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.enumerated().dropFirst(hasHeader ? 0 : 1).map { number, row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                switch alignments[column] {
                case .right: line += padding + cell
                case .left: line += column == row.count - 1 ? cell : cell + padding
                }
                if column < row.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return (number == 0 ? style.bold(line) : line) + "\n"
        }.joined()
    }
}
