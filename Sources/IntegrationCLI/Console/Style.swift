/// Colours and weights for a terminal; plain where it is off.
struct Style: Sendable {
    var isOn: Bool

    static let plain = Style(isOn: false)

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "1;31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "1;33") }
    func blue(_ text: String) -> String { wrap(text, "1;34") }

    private func wrap(_ text: String, _ code: String) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// `Error: …`, `Cause: …`, `Solution: …`, one a line.
    func error(_ text: String) -> String {
        guard isOn else { return text }
        return lines(of: text) { line in
            for (word, paint) in [("Error:", red), ("Cause:", bold), ("Solution:", green)] where line.hasPrefix(word) {
                return paint(word) + line.dropFirst(word.count)
            }
            return line
        }
    }

    /// Diagnostics as the renderer makes them: the severity, the place and the carets stand out.
    func diagnostics(_ text: String) -> String {
        guard isOn else { return text }
        return lines(of: text) { line in
            for (word, paint) in [("error[", red), ("warning[", yellow), ("note[", blue)] where line.hasPrefix(word) {
                let end = line.firstIndex(of: "]").map { line.index(after: $0) } ?? line.endIndex
                return paint(String(line[..<end])) + bold(String(line[end...]))
            }
            let bare = line.drop { $0 == " " }
            if bare.hasPrefix("--> ") { return dim(line) }
            guard bare.hasPrefix("| "), let caret = line.firstIndex(of: "^") else { return line }
            return String(line[..<caret]) + red(String(line[caret...]))
        }
    }

    private func lines(of text: String, _ paint: (String) -> String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { paint(String($0)) }.joined(separator: "\n")
    }
}
