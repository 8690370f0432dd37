internal import FuzzerSupport

@testable internal import IntegrationPatterns
@testable internal import IntegrationTransforms

/// Patterns of users: a pattern, and a text behind a separator.
enum PatternFuzzer: Fuzzer {
    static let name = "pattern"
    private static let budget = PatternBudget(steps: 20_000, depth: 2_000, memory: 4 * 1024)

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let written = text(parts, 0) else { return }
        let subject = text(parts, 1) ?? "ORD-2026-0001 ä€😀 aaaaaaaaaaaaaaaaaaaaaaaa!"
        withinTime {
            for options in [PatternOptions(), .caseInsensitive, [.multiline, .dotMatchesLineEnds], .ecmaScript] {
                checkBothWays(written, options, subject)
            }
            // PCRE2 may still refuse it: for a range whose ends are in the wrong order, or for its size.
            if let translated = InteroperablePattern.translate(written) {
                checkBothWays(translated, [], subject)
                checkBothWays(translated, .wholeText, subject)
            }
            do throws(ECMAScriptPattern.Failure) {
                checkMatches(
                    try ECMAScriptPattern.compile(written), Array(String(subject.unicodeScalars.prefix(64)).utf8))
            } catch {
                require(!error.message.isEmpty, "nothing is said")
            }
        }
    }

    private static func compile(_ text: String, _ options: PatternOptions, simple: Bool) -> Pattern? {
        do {
            return try Pattern(text, options: options, budget: budget, simple: simple)
        } catch {
            guard case .syntax(let message, let offset) = error else {
                require(false, "compiling fails with \(error)")
                return nil
            }
            require((0...text.utf8.count).contains(offset), "the place is outside of the text: \(error)")
            require(!message.isEmpty, "nothing is said")
            return nil
        }
    }

    /// The matcher for simple patterns, machine code and interpreter agree.
    private static func checkBothWays(_ text: String, _ options: PatternOptions, _ subject: String) {
        guard let pattern = compile(text, options, simple: true) else {
            return require(compile(text, options, simple: false) == nil, "it is a pattern only without short cuts")
        }
        guard let whole = compile(text, options, simple: false),
            let interpreted = compile(text, options.union(.interpreted), simple: false)
        else { return require(false, "it is a pattern only with short cuts") }
        let bytes = Array(subject.utf8)
        let verdicts = [pattern, whole, interpreted].compactMap { matches($0, bytes) }
        require(Set(verdicts).count <= 1, "the ways of matching do not agree: \(verdicts)")
        checkMatches(pattern, bytes)
    }

    /// Nil where the budget is used up.
    private static func matches(_ pattern: Pattern, _ bytes: [UInt8]) -> Bool? {
        do {
            return try bytes.withUnsafeBufferPointer { bytes throws(PatternError) in try pattern.matches(bytes) }
        } catch {
            require(error == .budgetExceeded, "matching fails with \(error)")
            return nil
        }
    }

    private static func checkMatches(_ pattern: Pattern, _ bytes: [UInt8]) {
        let found: [PatternMatch]
        do {
            found = try bytes.withUnsafeBufferPointer { bytes throws(PatternError) in
                try pattern.allMatches(in: bytes, limit: 100)
            }
        } catch {
            return require(error == .budgetExceeded, "matching fails with \(error)")
        }
        if let verdict = matches(pattern, bytes) {
            require(verdict == !found.isEmpty, "it matches: \(verdict), \(found.count) times")
        }
        var end = 0
        for match in found {
            require(match.range.lowerBound >= end, "matches overlap: \(found)")
            require(match.groups.count == pattern.captureCount, "groups are missing: \(match)")
            for range in [match.range] + match.groups.compactMap(\.self) {
                require(range.upperBound <= bytes.count, "it matches beyond the end: \(match)")
            }
            end = match.range.upperBound
        }
    }
}
