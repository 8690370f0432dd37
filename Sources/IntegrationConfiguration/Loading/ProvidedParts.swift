public import IntegrationCore

/// What a program has made in Swift and a configuration may name as if it declared it.
public struct ProvidedParts: Sendable {
    public var destinations: [String: any Destination] = [:]
    /// Names of services that the engine has.
    public var services: Set<String> = []
    /// Mappings of templates.
    public var templates: [String: ConfigurationNode] = [:]
    public var schemas: [String: NamedText] = [:]

    public init() {}

    /// Makes the names known, and reports those that the configuration declares as well.
    func declare(in names: inout DeclaredNames, _ diagnostics: inout Diagnostics) {
        let provided: [(NameKind, [String])] = [
            (.destination, destinations.keys.sorted()), (.service, services.sorted()),
            (.template, templates.keys.sorted()), (.schema, schemas.keys.sorted()),
        ]
        for (kind, list) in provided {
            for name in list {
                if let span = names.span(of: name, as: kind) {
                    diagnostics.error(
                        .contradictsItself, "the program has a \(kind.rawValue) named `\(name)` already", at: span,
                        help: "take another name, or leave one of them out")
                } else {
                    names.declare(name, kind, at: .none)
                }
            }
        }
    }
}
