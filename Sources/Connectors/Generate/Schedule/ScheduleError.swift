/// What is wrong with the text of a schedule, where, and what is allowed there.
package struct ScheduleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The whole text that was given.
    package let text: String
    /// The bytes of its UTF-8 that are wrong; empty, at the end, where something is missing.
    package let range: Range<Int>
    /// One sentence: what is wrong.
    package let message: String
    /// What may stand there.
    package let allowed: String

    package init(text: String, range: Range<Int>, message: String, allowed: String) {
        self.text = text
        self.range = range
        self.message = message
        self.allowed = allowed
    }

    /// The column of the first wrong character, from 1.
    package var column: Int { characters(before: range.lowerBound) + 1 }

    /// The sentence, the text with its wrong part marked, and what is allowed.
    package var description: String {
        let width = max(1, characters(before: range.upperBound) - characters(before: range.lowerBound))
        return """
            \(message)
            \(text)
            \(String(repeating: " ", count: column - 1))\(String(repeating: "^", count: width)) allowed: \(allowed)
            """
    }

    private func characters(before offset: Int) -> Int {
        String(decoding: text.utf8.prefix(offset), as: UTF8.self).count
    }
}
