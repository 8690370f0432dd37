public import IntegrationCore
internal import IntegrationEngine
internal import IntegrationResilience
internal import IntegrationServices

/// A connector that a configuration declares, and what finds out whether its other side can be reached.
public struct ConfiguredConnector: Sendable {
    public let name: String
    /// As in `type: NAME`.
    public let type: String
    /// Who goes through it, such as `flow order-sync` or `service customers`, in the order of the configuration.
    public let users: [String]
    private let makeProbe: @Sendable () throws(IntegrationError) -> any ConnectorProbe

    /// Every connector of a document, by name.
    ///
    /// - Parameters:
    ///   - root: what the document was read from.
    ///   - catalog: the one that it was read with.
    public static func all(
        of document: ConfigurationDocument, _ root: ConfigurationNode, catalog: Catalog,
        environment: [String: String] = [:]
    ) -> [ConfiguredConnector] {
        document.connectors.sorted { $0.name < $1.name }.map { declared in
            ConfiguredConnector(
                name: declared.name, type: declared.value.type.name,
                users: users(of: declared.name, root).map { "\($0.word) \($0.name)" }
            ) { () throws(IntegrationError) in
                guard let make = catalog.makers.probes[declared.value.type.name] else {
                    throw IntegrationError(
                        .cannotBuild, "connectors of type `\(declared.value.type.name)` can't be tested in this build")
                }
                let lowering = Lowering(
                    document: document, catalog: catalog, environment: environment, directory: FlowDirectory(),
                    storage: Storage(document, readsFromStart: false), connectors: ConnectorDirectory(),
                    registry: ServiceRegistry())
                let probe = try make(Connection(name: declared.name, configuration: declared.value), lowering)
                return CheckingProbe(
                    way: probe, checks: lowering.checks(of: declared.name, users(of: declared.name, root)))
            }
        }
    }

    /// What finds out whether the other side can be reached; nothing is open yet.
    ///
    /// - Throws: what is wrong with the connector's options, or `cannotBuild`.
    public func probe() throws(IntegrationError) -> any ConnectorProbe { try makeProbe() }

    /// Whoever goes through a connector: `flow`, `service` or `destination`, and its name.
    private static func users(of name: String, _ root: ConfigurationNode) -> [(word: String, name: String)] {
        [("flows", "flow"), ("services", "service"), ("destinations", "destination")].flatMap { section, word in
            (root[section]?.mapping?.entries ?? []).filter { uses(name, $0.value) }.map { (word, $0.key) }
        }
    }

    /// Whether something leads through a connector: `connector: NAME`, or its bare name where a destination is named.
    private static func uses(_ name: String, _ node: ConfigurationNode, under key: String = "") -> Bool {
        if let mapping = node.mapping { return mapping.entries.contains { uses(name, $0.value, under: $0.key) } }
        if let elements = node.elements { return elements.contains { uses(name, $0, under: key) } }
        guard ["connector", "destination", "destinations", "dlq", "otherwise", "fallback", "broadcast"].contains(key)
        else { return false }
        return node.scalar?.text == name || node.scalar?.text == "connector:" + name
    }
}
