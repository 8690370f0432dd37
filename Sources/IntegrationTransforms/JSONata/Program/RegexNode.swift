internal import IntegrationDocument
internal import IntegrationPatterns

/// `/pattern/flags`: a function from a string to its first match.
final class RegexNode: Node, @unchecked Sendable {
    let pattern: Pattern

    /// - Throws: S0303 where the pattern is not valid.
    init(compiling syntax: Syntax) throws(ExpressionError) {
        var options: PatternOptions = [.ecmaScript]
        if syntax.flags.utf8.contains(UInt8(ascii: "i")) { options.insert(.caseInsensitive) }
        if syntax.flags.utf8.contains(UInt8(ascii: "m")) { options.insert(.multiline) }
        do {
            pattern = try Pattern(syntax.text, options: options)
        } catch {
            throw syntax.error("S0303", value: "\(error)")
        }
        super.init(syntax)
    }

    override func run(_: Value, _: Frame, _: Evaluator) throws(ExpressionError) -> Value {
        .function(FunctionBox(.regex(self)))
    }

    func firstMatch(in text: String, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let cursor = MatchCursor(self, Array(text.utf8))
        guard let match = try cursor.find(from: 0, evaluator) else { return .undefined }
        return match.value
    }
}

/// Walks over the matches of one text.
final class MatchCursor {
    let node: RegexNode
    let bytes: [UInt8]
    private let from: Int

    init(_ node: RegexNode, _ bytes: [UInt8], from: Int = 0) {
        self.node = node
        self.bytes = bytes
        self.from = from
    }

    struct Match {
        let cursor: MatchCursor
        /// In bytes.
        let range: Range<Int>
        let groups: [Range<Int>?]

        func text(_ range: Range<Int>) -> String { String(decoding: cursor.bytes[range], as: UTF8.self) }

        var groupValues: [Value] { groups.map { $0.map { .string(text($0)) } ?? .undefined } }

        private func position(_ offset: Int) -> Value {
            let units = cursor.bytes[..<offset].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
            return .number(Double(units))
        }

        /// The match as the object that matcher functions return.
        var value: Value {
            let box = ObjectBox()
            box.set("match", .string(text(range)))
            box.set("start", position(range.lowerBound))
            box.set("end", position(range.upperBound))
            box.set("groups", .array(ArrayBox(groupValues)))
            box.set(
                "next",
                .function(FunctionBox(.nextMatch(MatchCursor(cursor.node, cursor.bytes, from: range.upperBound)))))
            return .object(box)
        }
    }

    /// The first match at or behind a byte.
    ///
    /// - Throws: U1004 where the pattern takes too long.
    func find(from start: Int, _ evaluator: Evaluator) throws(ExpressionError) -> Match? {
        try evaluator.charge(1 + (bytes.count - start) / 16)
        do {
            let found = try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in
                try node.pattern.firstMatch(in: buffer, from: start)
            }
            return found.map { Match(cursor: self, range: $0.range, groups: $0.groups) }
        } catch {
            throw node.error("U1004")
        }
    }

    /// The match behind the one that this cursor was made for.
    ///
    /// - Throws: D1004 for a match of the empty text, which would never end.
    func next(_ evaluator: Evaluator) throws(ExpressionError) -> Value {
        try following(evaluator)?.value ?? .undefined
    }

    private func following(_ evaluator: Evaluator) throws(ExpressionError) -> Match? {
        guard from < bytes.count, let match = try find(from: from, evaluator) else { return nil }
        guard !match.range.isEmpty else { throw node.error("D1004", value: .string(node.pattern.text)) }
        return match
    }

    /// The match behind `match`.
    func match(after match: Match, _ evaluator: Evaluator) throws(ExpressionError) -> Match? {
        try MatchCursor(node, bytes, from: match.range.upperBound).following(evaluator)
    }
}
