/// Shows diagnostics as compilers do: what is wrong, where, the line, and carets with what to write instead.
public struct DiagnosticRenderer: Sendable {
    /// The text of each file by the name it has in locations.
    private let lines: [String: [Substring]]
    /// Columns of secrets by file and line.
    private let secrets: [String: [Int: [Range<Int>]]]
    private static let widestLine = 160

    /// - Parameters:
    ///   - files: the text of every file that was read, by the name that its locations carry.
    ///   - secretSpans: places whose text is replaced by `••••`.
    public init(files: [String: String], secretSpans: Set<SourceSpan> = []) {
        lines = files.mapValues { text in
            text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        }
        var secrets: [String: [Int: [Range<Int>]]] = [:]
        for span in secretSpans {
            let start = span.location.column - 1
            secrets[span.location.file, default: [:]][span.location.line, default: []]
                .append(start..<start + max(span.length, 1))
        }
        self.secrets = secrets
    }

    /// Every diagnostic in reading order, a blank line between two.
    public func render(_ diagnostics: Diagnostics) -> String {
        let text = diagnostics.sorted.map(render).joined(separator: "\n")
        return diagnostics.omitted == 0 ? text : text + "\n… and \(diagnostics.omitted) more\n"
    }

    /// One diagnostic; ends with a line break.
    public func render(_ diagnostic: Diagnostic) -> String {
        let location = diagnostic.span.location
        var text = "\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]: \(Self.printable(diagnostic.message))\n"
        let help = diagnostic.help.map(Self.printable)
        let number = String(location.line)
        let margin = String(repeating: " ", count: number.count)
        guard location.isKnown else {
            if !location.file.isEmpty { text += "  --> \(location.file)\n" }
            return text + (help.map { "  help: \($0)\n" } ?? "")
        }
        text += "\(margin)--> \(location)\n"
        guard let source = lines[location.file], location.line <= source.count else {
            return text + (help.map { "  help: \($0)\n" } ?? "")
        }
        let shown = excerpt(of: source[location.line - 1], for: diagnostic.span)
        text += "\(number) | \(shown.line)".trimmingTrailingBlanks + "\n"
        let carets = String(repeating: "^", count: shown.length)
        text += "\(margin) | \(shown.indent)\(carets)" + (help.map { " \($0)" } ?? "") + "\n"
        return text
    }

    /// The line as it may be shown, what stands before the carets, and how many carets there are.
    private func excerpt(
        of line: Substring, for span: SourceSpan
    ) -> (line: String, indent: String, length: Int) {
        var cells: [(character: Character, column: Int)] = []
        let masked = secrets[span.location.file]?[span.location.line] ?? []
        for (column, scalar) in line.unicodeScalars.enumerated() {
            if let secret = masked.first(where: { $0.contains(column) }) {
                if column == secret.lowerBound { cells += SecretString.mask.map { ($0, column) } }
            } else {
                cells.append((Self.printable(scalar), column))
            }
        }
        let columns = span.location.column - 1..<span.location.column - 1 + max(span.length, 1)
        var first = cells.firstIndex { $0.column >= columns.lowerBound } ?? cells.count
        var last = cells.lastIndex { $0.column < columns.upperBound }.map { $0 + 1 } ?? first + 1
        if cells.isEmpty { (first, last) = (0, 1) }
        if columns.lowerBound > cells.count, first == cells.count {
            let gap = columns.lowerBound - cells.count
            cells += (0..<min(gap, Self.widestLine)).map { (" ", cells.count + $0) }
            first = cells.count
            last = first + 1
        }
        var prefix = ""
        if cells.count > Self.widestLine {
            let from = max(0, min(first - Self.widestLine / 4, cells.count - Self.widestLine))
            cells = Array(cells[from..<min(from + Self.widestLine, cells.count)])
            (first, last) = (first - from, min(last - from, cells.count))
            prefix = from > 0 ? "…" : ""
        }
        let indent = prefix.map { _ in " " } + cells.prefix(first).map { $0.character == "\t" ? "\t" : " " }
        return (prefix + String(cells.map(\.character)), String(indent.joined()), max(last - first, 1))
    }

    /// Nothing that a terminal would obey.
    private static func printable(_ scalar: Unicode.Scalar) -> Character {
        if scalar == "\t" { return "\t" }
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        let turnsText = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        return isControl || turnsText ? "\u{FFFD}" : Character(scalar)
    }

    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0 == "\n" ? " " : printable($0) })
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        var text = self[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
