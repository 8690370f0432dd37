public import IntegrationCore
internal import Synchronization

/// The services of an engine and their endpoints, which come and go at run time.
///
/// Registrations belong to the service's name: they outlive a reload of the configuration, and a service that is gone for
/// a while.
public final class ServiceRegistry: Sendable {
    private let services = Mutex<[String: ServiceMembers]>([:])

    public init() {}

    func members(of service: String) -> ServiceMembers {
        services.withLock { services in
            if let known = services[service] { return known }
            let members = ServiceMembers()
            services[service] = members
            return members
        }
    }

    /// By name.
    var all: [(name: String, members: ServiceMembers)] {
        services.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    func declared(_ service: String) throws(IntegrationError) -> (ServiceMembers, ServiceDeclaration) {
        let members = services.withLock { $0[service] }
        if let members, let declaration = members.current.declaration { return (members, declaration) }
        let names = all.filter { $0.members.current.declaration != nil }.map(\.name)
        throw IntegrationError(
            .serviceUnknown, "there is no service named `\(service)`",
            remedy: Suggestion.nearest(to: service, among: names).map { "Did you mean `\($0)`?" })
    }

    // MARK: Services

    /// Makes these the services that there are.
    public func replace(with declarations: [ServiceDeclaration]) {
        let names = Set(declarations.map(\.name))
        for (name, members) in all where !names.contains(name) {
            members.change { $0.declaration = nil }
        }
        add(declarations)
    }

    /// Adds services, or puts them in the place of those that bear their names.
    public func add(_ declarations: [ServiceDeclaration]) {
        for declaration in declarations { members(of: declaration.name).change { $0.declaration = declaration } }
    }

    /// Takes services out; what was registered for them is kept.
    public func remove(_ names: some Sequence<String>) {
        for name in names { services.withLock { $0[name] }?.change { $0.declaration = nil } }
    }

    // MARK: Endpoints

    /// Adds an endpoint to a service, or brings back one that was deregistered.
    ///
    /// - Parameters:
    ///   - lookup: what answers there; nil: what the service makes of the address.
    /// - Returns: whether it is one that was deregistered.
    /// - Throws: `serviceUnknown`, `endpointExists`, or `endpointInvalid` where a service of this kind can't be there.
    @discardableResult
    public func register(
        _ service: String, _ endpoint: ServiceEndpoint, lookup: (any Lookup)? = nil
    ) throws(IntegrationError) -> Bool {
        let (members, declaration) = try declared(service)
        guard let balanced = declaration.balanced else {
            throw IntegrationError(
                .endpointUnknown, "service `\(service)` is a \(declaration.type) and has no endpoints")
        }
        if lookup == nil {
            do throws(IntegrationError) {
                _ = try balanced.lookup(at: endpoint)
            } catch {
                throw IntegrationError(
                    .endpointInvalid, "service `\(service)` can't have an endpoint at `\(endpoint.address)`",
                    causes: [error.message], remedy: error.remedy)
            }
        }
        return try members.change { state throws(IntegrationError) in
            let found = state.found
            let names = state.registered.map(\.endpoint.name) + found.map(\.name).filter { !state.left.contains($0) }
            if names.contains(endpoint.name) {
                throw IntegrationError(
                    .endpointExists, "service `\(service)` has an endpoint named `\(endpoint.name)` already")
            }
            if state.left.remove(endpoint.name) != nil,
                found.contains(where: { $0.name == endpoint.name && $0.address == endpoint.address })
            {
                return true
            }
            state.register(endpoint, lookup)
            return false
        }
    }

    /// Takes an endpoint out: calls in hand are finished, then it is closed. One that the configuration names or finds
    /// stays out until it is registered again.
    ///
    /// - Returns: whether it is one that the configuration names or finds.
    /// - Throws: `serviceUnknown` or `endpointUnknown`.
    @discardableResult
    public func deregister(_ service: String, endpoint name: String) throws(IntegrationError) -> Bool {
        let (members, _) = try declared(service)
        return try members.change { state throws(IntegrationError) in
            let found = state.found
            let isFound = found.contains { $0.name == name }
            let index = state.registered.firstIndex { $0.endpoint.name == name }
            guard index != nil || (isFound && !state.left.contains(name)) else {
                let names = state.registered.map(\.endpoint.name) + found.map(\.name)
                throw IntegrationError(
                    .endpointUnknown, "service `\(service)` has no endpoint named `\(name)`",
                    remedy: Suggestion.nearest(to: name, among: names).map { "Did you mean `\($0)`?" })
            }
            if let index { state.registered.remove(at: index) }
            if isFound { state.left.insert(name) }
            return isFound
        }
    }

    /// What was registered and deregistered at run time, to be kept.
    public func registrations(of service: String) -> Registrations {
        let state = members(of: service).current
        return Registrations(
            service: service, registered: state.registered.filter { $0.lookup == nil }.map(\.endpoint),
            left: state.left.sorted())
    }

    /// Brings back what was kept.
    public func restore(_ registrations: Registrations) {
        members(of: registrations.service).change { state in
            // Those that came with what answers there are the program's own.
            state.registered.removeAll { $0.lookup == nil }
            for endpoint in registrations.registered { state.register(endpoint) }
            state.left = Set(registrations.left)
        }
    }

    /// What was registered and deregistered at run time of one service.
    public struct Registrations: Sendable, Hashable {
        public var service: String
        public var registered: [ServiceEndpoint]
        /// Names of endpoints of the configuration that are left out.
        public var left: [String]

        public init(service: String, registered: [ServiceEndpoint], left: [String]) {
            self.service = service
            self.registered = registered
            self.left = left
        }

        public var isEmpty: Bool { registered.isEmpty && left.isEmpty }
    }
}
