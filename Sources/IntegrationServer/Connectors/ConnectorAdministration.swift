public import IntegrationCore

/// Knows the connectors of a configuration, and finds out whether they can be reached.
public protocol ConnectorAdministration: Sendable {
    /// By name.
    var connectors: [ConnectorInformation] { get }

    /// Takes the steps of a connector's probe.
    ///
    /// - Throws: `connectorUnknown`, or what keeps it from being tried at all.
    func probe(_ name: String) async throws(IntegrationError) -> [ProbeStep]
}

/// A connector as a configuration declares it.
public struct ConnectorInformation: Sendable {
    public var name: String
    public var type: String
    /// Who goes through it, such as `flow order-sync`.
    public var users: [String]

    public init(name: String, type: String, users: [String]) {
        self.name = name
        self.type = type
        self.users = users
    }
}
