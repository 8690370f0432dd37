public import IntegrationDocument

/// What steps share while a flow is built: its literals, and the destinations that its routes name.
public final class FlowBuild {
    /// The flow's name.
    public let flow: String
    /// Keys and texts that steps write, interned once.
    public let literals = Literals()
    /// Names of the services that steps can ask; they are open when the flow runs (`FlowContext.finders`).
    public let services: Set<String>
    /// Variables that expressions may read as `$env`.
    public let environment: [String: String]
    /// Names of the services that the flow's steps ask.
    public private(set) var usedServices: Set<String> = []
    /// Names of destinations in the order of their indices.
    public private(set) var destinations: [String]

    public init(
        flow: String, destinations: [String] = [], services: Set<String> = [], environment: [String: String] = [:]
    ) {
        self.flow = flow
        self.destinations = destinations
        self.services = services
        self.environment = environment
    }

    /// Notes that a step asks a service.
    ///
    /// - Throws: when there is none of that name.
    public func use(service name: String) throws(IntegrationError) {
        guard services.contains(name) else {
            throw IntegrationError(.cannotBuild, "there is no service `\(name)`")
        }
        usedServices.insert(name)
    }

    /// The index of a destination, added where it is new.
    public func destination(_ name: String) -> Int {
        if let known = destinations.firstIndex(of: name) { return known }
        destinations.append(name)
        return destinations.count - 1
    }
}
