public import IntegrationCore

/// A destination or a service that a plugin offers to flows under a name.
public struct PluginService: Sendable {
    enum Part: Sendable {
        case destination(any Destination)
        case lookup(any Lookup)
    }

    public let name: String
    let part: Part

    /// A destination that flows, routes and dead letters can name.
    public init(_ name: String, _ destination: any Destination) {
        self.name = name
        part = .destination(destination)
    }

    /// A service that enrich steps can name.
    public init(_ name: String, _ lookup: any Lookup) {
        self.name = name
        part = .lookup(lookup)
    }
}
