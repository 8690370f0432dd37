/// The guards of connectors, by the connectors' names.
///
/// Connection options that are written in an endpoint itself stand under the place where they are written.
public struct ConnectorDirectory: Sendable {
    public private(set) var guards: [String: EndpointGuard] = [:]

    public init() {}

    public subscript(name: String) -> EndpointGuard? { guards[name] }

    /// The guard of a connector: the known one, unless it has other options, or a new one.
    public mutating func guarding(_ name: String, _ options: GuardOptions) -> EndpointGuard {
        if let known = guards[name], known.options == options { return known }
        let new = EndpointGuard(name, options)
        guards[name] = new
        return new
    }

    /// Adds all of another directory; where both know a name, that one's guard stays.
    public mutating func merge(_ other: ConnectorDirectory) { guards.merge(other.guards) { _, new in new } }

    /// Only some of the connectors.
    public func only(_ names: Set<String>) -> ConnectorDirectory {
        var kept = ConnectorDirectory()
        kept.guards = guards.filter { names.contains($0.key) }
        return kept
    }

    /// How all guards stand, by name; those at single addresses behind that of their connector.
    ///
    /// - Parameter now: on the monotonic clock of those who use the guards.
    public func statuses(at now: Duration) -> [GuardStatus] {
        guards.sorted { $0.key < $1.key }.flatMap { [$0.value.status(at: now)] + $0.value.statusesByAddress(at: now) }
    }
}
