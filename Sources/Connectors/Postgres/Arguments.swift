internal import IntegrationCore
internal import IntegrationDocument

/// What the parameters of a statement stand for, compiled.
struct Arguments: Sendable {
    /// The members on the way from the message to a value, where that is all an expression says.
    private let paths: [[String]?]
    private let body: (any MessageBody)?

    var count: Int { paths.count }

    init(_ expressions: [ExpressionText], _ context: any MakerContext) throws(IntegrationError) {
        paths = expressions.map { Self.path($0.text) }
        guard !expressions.isEmpty else {
            body = nil
            return
        }
        // As members, so that "no value" is told from an error.
        body = try context.body(.sequence(expressions.map { .string("{{ {\"value\": (\($0.text))} }}") }))
    }

    /// `$`, `$.a.b` and `a.b` are read without evaluating anything; nil for other expressions.
    private static func path(_ text: String) -> [String]? {
        if text == "$" { return [] }
        let names = (text.hasPrefix("$.") ? text.dropFirst(2) : text[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let words: Set<Substring> = ["true", "false", "null", "and", "or", "in", "function"]
        let arePlain = names.allSatisfy { name in
            guard let first = name.utf8.first, !words.contains(name) else { return false }
            return (isLetter(first)) && name.utf8.allSatisfy { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) }
        }
        return arePlain ? names.map(String.init) : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
    }

    /// Calls `body` with the value of each argument, in order; nil where it has none.
    ///
    /// - Throws: what reading the message, an expression or `body` throws.
    func forEach(
        _ input: inout TextInput, _ body: (Int, View?) throws(IntegrationError) -> Void
    ) throws(IntegrationError) {
        if let message = try input.document(), let values = plainValues(message) {
            for (index, value) in values.enumerated() { try body(index, value) }
            return
        }
        let arena = input.arena
        var out = OutputBuffer()
        try self.body?.write(&input, to: &out)
        let slice = out.withBytes { arena.appendScratch($0.assumingMemoryBound(to: UInt8.self)) }
        let root: View
        do {
            root = arena.view(try arena.parse(slice, policy: .strict))
        } catch {
            throw IntegrationError(.sqlValueInvalid, "the arguments are no JSON", causes: [error.reason.rawValue])
        }
        for (index, element) in root.elements.enumerated() { try body(index, element["value"]) }
    }

    /// The values where all are paths through objects alone: what an expression makes of arrays on the way is its own
    /// affair.
    private func plainValues(_ message: View) -> [View?]? {
        var values: [View?] = []
        values.reserveCapacity(paths.count)
        for path in paths {
            guard let path else { return nil }
            var value: View? = message
            for name in path {
                if value?.kind == .array { return nil }
                value = value?[name]
            }
            values.append(value)
        }
        return values
    }
}
