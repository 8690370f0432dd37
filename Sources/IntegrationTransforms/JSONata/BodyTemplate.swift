public import IntegrationCore
public import IntegrationDocument

/// The body of messages that are made rather than received: a text or any JSON, with `{{ expression }}` in its texts.
///
/// A text that is one single `{{ expression }}` becomes the expression's own value, such as a number; any other becomes
/// a string. A body that is a text as a whole is written as it is, not as a JSON string. Keys are taken as they stand.
public struct BodyTemplate: Sendable {
    /// What an expression finds in `$meta`.
    public enum Fact: Sendable {
        case text(String)
        case number(Int)
        /// Since 1970-01-01T00:00:00Z; written as `$now()` writes it.
        case time(Duration)
    }

    private enum Part: Sendable {
        /// JSON, encoded beforehand.
        case bytes([UInt8])
        case value(TextTemplate)
        case text(TextTemplate)
    }

    private let parts: [Part]
    /// Whether it is JSON; otherwise it is a plain text.
    public let isJSON: Bool
    /// The members of `$meta` that expressions name; nil where they may want any.
    private var metaMembers: Set<String>?
    /// `$env`, where an expression names it.
    private var bindings = MessageBindings([], environment: [:])

    /// - Parameter environment: what expressions find in `$env`.
    /// - Throws: what is wrong with an expression, and where in the configuration it stands.
    public init(_ body: ConfigurationNode, environment: [String: String] = [:]) throws(IntegrationError) {
        var parts: [Part] = []
        if let text = Self.text(body) {
            parts.append(.text(try Self.compile(text, body)))
        } else {
            try Self.add(body, to: &parts)
        }
        self.parts = parts
        isJSON = Self.text(body) == nil
        let expressions = templates.flatMap(\.expressions)
        metaMembers = Self.metaMembers(of: expressions.map(\.text))
        bindings = MessageBindings(expressions, environment: environment)
    }

    /// Members that are named as `$meta.member`; nil where `$meta` stands otherwise.
    private static func metaMembers(of texts: [String]) -> Set<String>? {
        var members: Set<String> = []
        for text in texts {
            for part in text.split(separator: "$meta", omittingEmptySubsequences: false).dropFirst() {
                let name = part.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                guard part.first == ".", !name.isEmpty else { return nil }
                members.insert(String(name))
            }
        }
        return members
    }

    private static func text(_ node: ConfigurationNode) -> String? {
        node.scalar.flatMap { $0.kind == .string ? $0.text : nil }
    }

    private static func compile(_ text: String, _ node: ConfigurationNode) throws(IntegrationError) -> TextTemplate {
        do {
            return try TextTemplate.compile(text)
        } catch {
            throw IntegrationError(error, component: node.location.description)
        }
    }

    private static func add(_ node: ConfigurationNode, to parts: inout [Part]) throws(IntegrationError) {
        func add(_ text: String) { parts.append(.bytes(Array(text.utf8))) }
        switch node.content {
        case .scalar:
            if let text = text(node), case let template = try compile(text, node), !template.isConstant {
                parts.append(.value(template))
            } else {
                add(node.json)
            }
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                add(index == 0 ? "[" : ",")
                try self.add(element, to: &parts)
            }
            add(elements.isEmpty ? "[]" : "]")
        case .mapping(let mapping):
            for (index, entry) in mapping.entries.enumerated() {
                add((index == 0 ? "{" : ",") + ConfigurationNode.string(entry.key).json + ":")
                try self.add(entry.value, to: &parts)
            }
            add(mapping.entries.isEmpty ? "{}" : "}")
        }
    }

    /// Writes one body.
    ///
    /// - Parameter facts: the members of `$meta`.
    /// - Throws: what an expression throws; `templateWithoutValue` for one that gives no value.
    public func write(
        _ facts: [(name: String, fact: Fact)], in context: FlowContext, to out: inout OutputBuffer
    ) throws(IntegrationError) {
        let arena = context.arenas.take()
        defer { context.arenas.give(arena) }
        do throws(ExpressionError) {
            let needed = metaMembers.map { members in facts.filter { members.contains($0.name) } } ?? facts
            let meta = try Self.meta(needed, arena)
            try bindings.with(nil, in: arena, context) { bindings throws(ExpressionError) in
                bindings.bind("meta", meta)
                try write(nil, bindings, ExpressionHost(context), arena, to: &out)
            }
        } catch {
            throw IntegrationError(error)
        }
    }

    func write(
        _ input: View?, _ bindings: ExpressionBindings, _ host: ExpressionHost, _ arena: Arena,
        to out: inout OutputBuffer
    ) throws(ExpressionError) {
        for part in parts {
            switch part {
            case .bytes(let bytes): bytes.withUnsafeBufferPointer { out.append($0) }
            case .text(let template): out.append(try template.string(input, bindings: bindings, host: host))
            case .value(let template):
                var builder = Builder(arena)
                guard try template.evaluate(input, bindings: bindings, host: host, into: &builder)
                else { throw ExpressionError("U1005", at: 0, end: template.text.utf8.count) }
                out.append(arena.view(builder.finish()))
            }
        }
    }

    /// The texts with expressions in them.
    var templates: [TextTemplate] {
        parts.compactMap {
            switch $0 {
            case .bytes: nil
            case .value(let template), .text(let template): template
            }
        }
    }

    private static func meta(
        _ facts: [(name: String, fact: Fact)], _ arena: Arena
    ) throws(ExpressionError) -> View {
        var builder = Builder(arena)
        let object = builder.open()
        for (name, fact) in facts {
            builder.append(string: name)
            switch fact {
            case .text(let text): builder.append(string: text)
            case .number(let number): builder.append(number: Double(number))
            case .time(let time):
                builder.append(string: try DatePicture.format(Double(time.milliseconds), nil, zone: nil))
            }
        }
        builder.close(object, .object, count: facts.count)
        return arena.view(builder.finish())
    }
}
