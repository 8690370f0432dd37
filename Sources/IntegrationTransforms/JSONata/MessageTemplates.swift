internal import IntegrationCore
internal import IntegrationDocument

/// A text with `{{ expression }}` in it, over messages and lookup keys.
struct TextOverMessages: MessageText {
    private let template: TextTemplate
    private let bindings: MessageBindings

    /// - Throws: what is wrong with an expression.
    init(_ text: TemplateString, environment: [String: String] = [:]) throws(IntegrationError) {
        do {
            template = try TextTemplate.compile(text.text)
        } catch {
            throw IntegrationError(error)
        }
        bindings = MessageBindings(template.expressions, environment: environment)
    }

    var constant: String? { template.isConstant ? template.text : nil }

    func string(_ input: inout TextInput, encoding: TextEncoding) throws(IntegrationError) -> String {
        if template.isConstant { return template.text }
        return try bindings.evaluate(&input) { view, bindings, host throws(ExpressionError) in
            try template.string(view, encoding: TextTemplate.Encoding(encoding), bindings: bindings, host: host)
        }
    }
}

/// JSON or a text with `{{ expression }}` in it, over messages and lookup keys.
struct BodyOverMessages: MessageBody {
    private let template: BodyTemplate
    private let bindings: MessageBindings

    /// - Throws: what is wrong with an expression, and where in the configuration it stands.
    init(_ body: ConfigurationNode, environment: [String: String] = [:]) throws(IntegrationError) {
        template = try BodyTemplate(body)
        bindings = MessageBindings(template.templates.flatMap(\.expressions), environment: environment)
    }

    var isJSON: Bool { template.isJSON }

    func write(_ input: inout TextInput, to out: inout OutputBuffer) throws(IntegrationError) {
        let arena = input.arena
        try bindings.evaluate(&input) { view, bindings, host throws(ExpressionError) in
            try template.write(view, bindings, host, arena, to: &out)
        }
    }
}

extension MessageBindings {
    /// Evaluates over the message and the keys of an input.
    fileprivate func evaluate<R>(
        _ input: inout TextInput, _ body: (View?, ExpressionBindings, ExpressionHost) throws(ExpressionError) -> R
    ) throws(IntegrationError) -> R {
        var view: View?
        var unreadable: IntegrationError?
        do {
            view = try input.document()
        } catch {
            unreadable = error  // expressions over `$meta` alone do without it
        }
        do {
            return try with(input.message, in: input.arena, input.context) { bindings throws(ExpressionError) in
                if let first = input.keys.first { bindings.bind("key", first.text) }
                if !input.keys.isEmpty { bindings.bind("keys", Self.array(input.keys, input.arena)) }
                return try body(view, bindings, ExpressionHost(input.context))
            }
        } catch {
            throw unreadable ?? IntegrationError(error)
        }
    }

    private static func array(_ keys: [LookupKey], _ arena: Arena) -> View {
        var builder = Builder(arena)
        let array = builder.open()
        for key in keys { builder.append(string: key.text) }
        builder.close(array, .array, count: keys.count)
        return arena.view(builder.finish())
    }
}

extension TextTemplate.Encoding {
    fileprivate init(_ encoding: TextEncoding) {
        switch encoding {
        case .plain: self = .plain
        case .pathSegment: self = .pathSegment
        case .queryValue: self = .queryValue
        }
    }
}
