/// One value of a configuration, with its place: a scalar, a sequence or a mapping in the order it was written.
///
/// Read from YAML or built in Swift from literals; both go through the same tables. Two nodes are equal when they say
/// the same thing, wherever they stand.
public struct ConfigurationNode: Sendable {
    public enum Content: Sendable, Hashable {
        case scalar(ConfigurationScalar)
        case sequence([ConfigurationNode])
        case mapping(ConfigurationMapping)
    }

    public var content: Content
    public var span: SourceSpan

    public init(_ content: Content, at span: SourceSpan = .none) {
        self.content = content
        self.span = span
    }

    public var location: SourceLocation { span.location }
}

extension ConfigurationNode: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.content == right.content }
    public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}

extension ConfigurationNode {
    /// A string, never resolved to anything else.
    public static func string(_ text: String, at span: SourceSpan = .none) -> ConfigurationNode {
        ConfigurationNode(.scalar(ConfigurationScalar(text, isQuoted: true)), at: span)
    }

    /// A scalar as it would stand in YAML without quotes.
    public static func plain(_ text: String, at span: SourceSpan = .none) -> ConfigurationNode {
        ConfigurationNode(.scalar(ConfigurationScalar(text)), at: span)
    }

    public static func sequence(_ elements: [ConfigurationNode], at span: SourceSpan = .none) -> ConfigurationNode {
        ConfigurationNode(.sequence(elements), at: span)
    }

    public static func mapping(
        _ entries: [(String, ConfigurationNode)], at span: SourceSpan = .none
    ) -> ConfigurationNode {
        ConfigurationNode(.mapping(ConfigurationMapping(entries.map { .init(key: $0.0, value: $0.1) })), at: span)
    }

    public static let null = ConfigurationNode.plain("null")

    public var scalar: ConfigurationScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    public var elements: [ConfigurationNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    public var mapping: ConfigurationMapping? {
        if case .mapping(let mapping) = content { mapping } else { nil }
    }

    public var isNull: Bool { scalar?.kind == .null }

    /// Whether it says nothing: null, or a `${…}` that came out empty.
    public var isAbsent: Bool {
        guard let scalar else { return false }
        return scalar.kind == .null || (scalar.isInterpolated && scalar.text.isEmpty)
    }

    /// The value under a key of a mapping.
    public subscript(key: String) -> ConfigurationNode? { mapping?[key] }

    /// What it is, for messages: `a mapping`, `a list`, `a number`.
    public var kindPhrase: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            switch scalar.kind {
            case .null: "nothing"
            case .bool: "`\(scalar.shown)`"
            case .int, .float: "the number `\(scalar.shown)`"
            case .string: "the text `\(scalar.shown.count > 60 ? scalar.shown.prefix(60) + "…" : scalar.shown)`"
            }
        }
    }
}

extension ConfigurationNode: CustomStringConvertible {
    /// On one line, as YAML's flow style writes it, without secrets.
    public var description: String {
        switch content {
        case .scalar(let scalar): scalar.isQuoted ? "\"\(scalar.shown)\"" : scalar.shown
        case .sequence(let elements): "[" + elements.map(\.description).joined(separator: ", ") + "]"
        case .mapping(let mapping):
            "{" + mapping.entries.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

/// The entries of a mapping in the order they were written; a key stands once.
public struct ConfigurationMapping: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var key: String
        public var keySpan: SourceSpan
        public var value: ConfigurationNode

        public init(key: String, keySpan: SourceSpan = .none, value: ConfigurationNode) {
            self.key = key
            self.keySpan = keySpan
            self.value = value
        }

        public static func == (left: Self, right: Self) -> Bool { left.key == right.key && left.value == right.value }
        public func hash(into hasher: inout Hasher) {
            hasher.combine(key)
            hasher.combine(value)
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry] = []) { self.entries = entries }

    public var keys: [String] { entries.map(\.key) }

    public func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

    public subscript(key: String) -> ConfigurationNode? {
        get { entry(key)?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(key: key, keySpan: value.span, value: value))
            case (nil, nil): break
            }
        }
    }
}
