internal import IntegrationCore
internal import IntegrationDocument

/// What the parameters of a statement stand for, compiled.
struct Arguments: Sendable {
    /// The members on the way from the message to a value, where that is all an expression says.
    private let paths: [[String]?]
    /// The values of those that say more, as members of objects; nil where there are none.
    private let others: (any MessageBody)?
    /// The same of all, for messages through which no path can be followed.
    private let all: (any MessageBody)?

    var count: Int { paths.count }

    init(_ expressions: [ExpressionText], _ context: any MakerContext) throws(IntegrationError) {
        paths = expressions.map { Self.path($0.text) }
        all = try Self.body(expressions, context)
        others = try Self.body(zip(expressions, paths).filter { $1 == nil }.map(\.0), context)
    }

    private static func body(
        _ expressions: [ExpressionText], _ context: any MakerContext
    ) throws(IntegrationError) -> (any MessageBody)? {
        guard !expressions.isEmpty else { return nil }
        // As members, so that "no value" is told from an error.
        return try context.body(.sequence(expressions.map { .string("{{ {\"value\": (\($0.text))} }}") }))
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
        guard let message = try input.document(), let found = follow(message) else {
            for (index, value) in try Self.values(all, &input).enumerated() { try body(index, value) }
            return
        }
        var rest = try Self.values(others, &input)[...]
        for (index, path) in paths.enumerated() {
            try body(index, path == nil ? rest.popFirst() ?? nil : found[index])
        }
    }

    /// The values of expressions.
    private static func values(
        _ expressions: (any MessageBody)?, _ input: inout TextInput
    ) throws(IntegrationError) -> [View?] {
        guard let expressions else { return [] }
        var out = OutputBuffer()
        try expressions.write(&input, to: &out)
        let arena = input.arena
        let slice = out.withBytes { arena.appendScratch($0.assumingMemoryBound(to: UInt8.self)) }
        do {
            return arena.view(try arena.parse(slice, policy: .strict)).elements.map { $0["value"] }
        } catch {
            throw IntegrationError(.sqlValueInvalid, "the arguments are no JSON", causes: [error.reason.rawValue])
        }
    }

    /// The values that paths lead to; nil where one leads through an array: what an expression makes of that is its own
    /// affair.
    private func follow(_ message: View) -> [View?]? {
        var values: [View?] = []
        values.reserveCapacity(paths.count)
        for path in paths {
            var value: View? = path == nil ? nil : message
            for name in path ?? [] {
                if value?.kind == .array { return nil }
                value = value?[name]
            }
            values.append(value)
        }
        return values
    }
}
