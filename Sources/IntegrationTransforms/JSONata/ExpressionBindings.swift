public import IntegrationDocument

/// What an expression sees besides its input: `$meta`, `$key`, `$env`, and any variables by name.
///
/// Views are used where they stand: bindings live no longer than what they were made from.
public struct ExpressionBindings {
    private var meta: Value?
    private var key: Value?
    private var environment: Value?
    private var others: [(name: String, value: Value)] = []
    private(set) var overridesBuiltins = false

    /// - Parameters:
    ///   - meta: what is known of the message: an object with `id`, `source`, `attempts`, `headers` …
    ///   - key: the message's key.
    ///   - environment: the names of the environment that the configuration allows, with their values.
    public init(meta: View? = nil, key: View? = nil, environment: View? = nil) {
        self.meta = meta.map { Value($0) }
        self.key = key.map { Value($0) }
        self.environment = environment.map { Value($0) }
    }

    /// Binds `$name` to a value of a document.
    public mutating func bind(_ name: String, _ view: View) { bind(name, value: Value(view)) }

    /// Binds `$name` to a string.
    public mutating func bind(_ name: String, _ string: String) { bind(name, value: .string(string)) }

    /// Binds `$name` to a number.
    public mutating func bind(_ name: String, _ number: Double) { bind(name, value: .number(number)) }

    /// Binds `$name` to a boolean.
    public mutating func bind(_ name: String, _ bool: Bool) { bind(name, value: .bool(bool)) }

    private mutating func bind(_ name: String, value: Value) {
        switch name {
        case "meta": meta = value
        case "key": key = value
        case "env": environment = value
        default:
            if Builtin.named(name) != nil { overridesBuiltins = true }
            if let known = others.firstIndex(where: { Text.equal($0.name, name) }) {
                others[known].value = value
            } else {
                others.append((name, value))
            }
        }
    }

    func value(_ name: String) -> Value? {
        switch name {
        case "meta": meta
        case "key": key
        case "env": environment
        default: others.isEmpty ? nil : others.first { Text.equal($0.name, name) }?.value
        }
    }
}

@available(*, unavailable)
extension ExpressionBindings: Sendable {}
