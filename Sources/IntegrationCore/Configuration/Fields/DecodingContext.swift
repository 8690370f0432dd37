/// What decoding carries along: where it is, the mistakes so far, and the names to resolve later.
public struct DecodingContext: Sendable {
    public var diagnostics = Diagnostics()
    /// The types that `type:` can name.
    public let catalog: Catalog
    /// The type of each declared connector, so that `{connector: NAME, …}` is read by the right table.
    public var connectorTypes: [String: String]
    /// Whether the configuration has a `storage:`, for rules that depend on it.
    public var hasStorage = true
    /// Whether the present plugin is a program of its own, whose services may be unknown here.
    public var isForeignPlugin = false
    /// Every name that refers to something declared elsewhere, in reading order.
    public internal(set) var references: [NameReference] = []
    /// Every text of a language, in reading order.
    public internal(set) var texts: [WrittenText] = []
    /// What such texts may refer to.
    public var languageScope = LanguageChecks.Scope()
    /// Paths of secrets from the root, as `["connectors", "rest-api", "auth", "token"]`.
    public private(set) var secretPaths: Set<[String]> = []
    /// The key under which the present value stands: what a missing field is blamed on.
    public private(set) var keySpan: SourceSpan?
    /// From the root to the present value.
    public private(set) var path: [String] = []
    private var owner = ""
    private var ownerDepth = 0

    public init(catalog: Catalog = Catalog(), connectorTypes: [String: String] = [:]) {
        self.catalog = catalog
        self.connectorTypes = connectorTypes
    }

    /// Decodes below a key or an index (`[0]`).
    public mutating func within<Result>(
        _ component: String, at key: SourceSpan?, _ body: (inout DecodingContext) -> Result
    ) -> Result {
        let outer = keySpan
        path.append(component)
        keySpan = key
        defer {
            path.removeLast()
            keySpan = outer
        }
        return body(&self)
    }

    /// Decodes something that messages speak of by a phrase, such as "flow `order-sync`"; what is below is "`…` of" it.
    public mutating func speaking<Result>(
        of phrase: String, _ body: (inout DecodingContext) -> Result
    ) -> Result {
        let outer = (owner, ownerDepth)
        (owner, ownerDepth) = (phrase, path.count)
        defer { (owner, ownerDepth) = outer }
        return body(&self)
    }

    /// The present mapping in words: "`retry` of flow `order-sync`".
    public var subject: String { phrase(upTo: path.count) }

    /// The present value in words: "`max_attempts` in `retry` of flow `order-sync`".
    public var fieldPhrase: String {
        guard path.count > ownerDepth, let last = path.last else { return subject }
        guard last.hasPrefix("["), path.count > ownerDepth + 1 else {
            let place = phrase(upTo: path.count - 1)
            return path.count == 1 && owner.isEmpty ? "`\(last)`" : "`\(last)` in \(place)"
        }
        let place = phrase(upTo: path.count - 2)
        return path.count == 2 && owner.isEmpty ? "`\(path[0])\(last)`" : "`\(path[path.count - 2])\(last)` in \(place)"
    }

    /// How many keys lie between what messages speak of and the present value.
    var depthBelowOwner: Int { path.count - ownerDepth }
    /// What messages presently speak of, such as "flow `order-sync`".
    public var ownerPhrase: String { owner.isEmpty ? "the configuration" : owner }

    private func phrase(upTo end: Int) -> String {
        var text = ""
        for component in path[min(ownerDepth, end)..<end] {
            text += component.hasPrefix("[") || text.isEmpty ? component : "." + component
        }
        switch (text.isEmpty, owner.isEmpty) {
        case (true, true): return "the configuration"
        case (true, false): return owner
        case (false, true): return "`\(text)`"
        case (false, false): return "`\(text)` of \(owner)"
        }
    }
}

extension DecodingContext {
    /// Notes that the present value is a secret.
    public mutating func markSecret(_ node: ConfigurationNode) {
        secretPaths.insert(path)
        guard node.scalar?.isReference != true else { return }
        diagnostics.markSecret(node.span)
        for line in 1..<max(2, node.scalar?.lineCount ?? 1) where node.scalar?.lineCount ?? 1 > 1 {
            var place = SourceSpan(node.location, length: Int(Int32.max))
            place.location.line += line
            place.location.column = 1
            diagnostics.markSecret(place)
        }
    }

    /// Notes what is called like a secret in a value that has no table.
    public mutating func markLikelySecrets(in node: ConfigurationNode) {
        for entry in node.mapping?.entries ?? [] {
            within(entry.key, at: entry.keySpan) { context in
                if entry.value.scalar != nil, Self.isLikelySecret(entry.key) {
                    context.markSecret(entry.value)
                } else {
                    context.markLikelySecrets(in: entry.value)
                }
            }
        }
        for (index, element) in (node.elements ?? []).enumerated() {
            within("[\(index)]", at: element.span) { $0.markLikelySecrets(in: element) }
        }
    }

    static func isLikelySecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "access_key"]
            .contains { key.contains($0) } || key == "authorization"
    }
}

extension DecodingContext {
    /// Reports a value of the wrong kind.
    public mutating func wrongType(_ node: ConfigurationNode, expected: FieldShape, help: String? = nil) {
        let found = expected.isSecret && node.scalar?.kind != .null ? "" : ", not \(node.kindPhrase)"
        diagnostics.error(
            .wrongType, "\(fieldPhrase) must be \(expected.phrase)\(found)", at: node.span, help: help)
    }

    /// Reports a value of the right kind that cannot be read.
    public mutating func malformed(_ node: ConfigurationNode, _ requirement: String, help: String? = nil) {
        diagnostics.error(.malformedValue, "\(fieldPhrase) \(requirement)", at: node.span, help: help)
    }

    public mutating func outOfRange(_ node: ConfigurationNode, shown: String, bounds: String) {
        diagnostics.error(
            .outOfRange, "\(fieldPhrase) is \(shown); it must be \(bounds)", at: node.span)
    }

    public mutating func notAChoice(_ node: ConfigurationNode, shown: ConfigurationScalar, names: [String]) {
        let near = shown.isSecret ? nil : Suggestion.nearest(to: shown.text, among: names)
        diagnostics.error(
            .notAChoice, "\(fieldPhrase) must be \(FieldShape.choice(names)), not `\(shown.shown)`", at: node.span,
            help: near.map { "did you mean `\($0)`?" })
    }

    /// Reports a field that must be written, at the key of the mapping that lacks it.
    public mutating func missing(_ name: String, at span: SourceSpan? = nil, help: String? = nil) {
        diagnostics.error(
            .missingField, "`\(name)` is missing in \(subject)", at: span ?? keySpan ?? .none, help: help)
    }

    mutating func unknownField(
        _ entry: ConfigurationMapping.Entry, in table: FieldTable, ignoring: Set<String>
    ) {
        let known = table.fields.filter { $0.deprecation == nil }
        let near =
            !diagnostics.isReadable
            ? nil : Suggestion.nearest(to: entry.key, among: known.map(\.name) + ignoring.sorted())
        if Self.isLikelySecret(entry.key) || near.flatMap({ table.field($0) })?.shape.isSecret == true {
            within(entry.key, at: entry.keySpan) { $0.markSecret(entry.value) }
        } else {
            within(entry.key, at: entry.keySpan) { $0.markLikelySecrets(in: entry.value) }
        }
        var help = near.map { "did you mean `\($0)`?" }
        if near == nil {
            let names = known.map(\.name).sorted()
            let list = names.prefix(12).joined(separator: ", ")
            help = names.isEmpty ? "it takes no fields" : "known here: " + list + (names.count > 12 ? ", …" : "")
        }
        diagnostics.error(.unknownField, "unknown field `\(entry.key)` in \(subject)", at: entry.keySpan, help: help)
    }

    mutating func deprecated(_ entry: ConfigurationMapping.Entry, advice: String) {
        diagnostics.warning(
            .deprecatedField, "`\(entry.key)` in \(subject) is deprecated", at: entry.keySpan, help: advice)
    }

    mutating func exclude(_ names: [String], in fields: DecodedFields) {
        diagnostics.error(
            .conflictingFields, "\(subject) takes only one of \(FieldShape.choice(names))",
            at: fields.span(of: names[names.count - 1]), help: "remove one of them")
    }
}
