public import IntegrationCore

/// Every name that a configuration declares, by what it stands for.
///
/// Taken from the tree before it is decoded, so that one mistake in a section does not make its names unknown.
public struct DeclaredNames: Sendable {
    private var spans: [NameKind: [String: SourceSpan]] = [:]
    private var order: [NameKind: [String]] = [:]
    /// The `type` of each connector, protocol and plugin service.
    public private(set) var connectorTypes: [String: String] = [:]

    init(_ root: ConfigurationNode, diagnostics: inout Diagnostics) {
        let sections: [(String, NameKind)] = [
            ("flows", .flow), ("queues", .queue), ("destinations", .destination), ("services", .service),
            ("templates", .template), ("transformers", .transformer), ("schemas", .schema),
        ]
        for (section, kind) in sections {
            for entry in root[section]?.mapping?.entries ?? [] { declare(entry.key, kind, at: entry.keySpan) }
        }
        for entry in root["schemas"]?.mapping?.entries ?? [] {
            for version in entry.value["versions"]?.mapping?.entries ?? [] {
                declare("\(entry.key)@\(version.key)", .schema, at: version.keySpan)
            }
            declare("\(entry.key)@latest", .schema, at: entry.keySpan)
        }
        for section in ["connectors", "protocols"] {
            for entry in root[section]?.mapping?.entries ?? [] {
                connector(entry, type: entry.value["type"]?.scalar?.text, &diagnostics)
            }
        }
        for plugin in root["plugins"]?.mapping?.entries ?? [] {
            for entry in plugin.value["services"]?.mapping?.entries ?? [] {
                connector(entry, type: entry.value["type"]?.scalar?.text ?? entry.key, &diagnostics)
            }
        }
    }

    private mutating func connector(
        _ entry: ConfigurationMapping.Entry, type: String?, _ diagnostics: inout Diagnostics
    ) {
        if let first = spans[.connector]?[entry.key] {
            diagnostics.error(
                .contradictsItself, "a connector named `\(entry.key)` is already declared", at: entry.keySpan,
                help: "first at \(first.location)")
        }
        declare(entry.key, .connector, at: entry.keySpan)
        connectorTypes[entry.key] = type
    }

    mutating func declare(_ name: String, _ kind: NameKind, at span: SourceSpan) {
        if spans[kind, default: [:]].updateValue(span, forKey: name) == nil { order[kind, default: []].append(name) }
    }

    /// Where a name of this kind is declared; nil where it is not.
    public func span(of name: String, as kind: NameKind) -> SourceSpan? { spans[kind]?[name] }

    /// The names of a kind in the order they were declared.
    public func names(of kind: NameKind) -> [String] { order[kind] ?? [] }

    /// What a name stands for among these kinds.
    public func kinds(of name: String, among kinds: [NameKind] = NameKind.allCases) -> [NameKind] {
        kinds.filter { spans[$0]?[name] != nil }
    }

    /// What a reference stands for; nil where nothing or more than one thing bears the name.
    public func resolve(_ reference: NameReference) -> NameKind? {
        let kinds = kinds(of: reference.name, among: reference.kinds)
        return kinds.count == 1 ? kinds[0] : nil
    }
}
