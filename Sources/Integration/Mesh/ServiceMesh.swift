public import IntegrationCore
public import IntegrationServices
internal import Synchronization

/// Services whose endpoints come and go while flows run.
///
/// ```swift
/// integration.mesh.configureIntegration(serviceDiscovery: true, loadBalancing: .roundRobin)
/// try await integration.mesh.register("customer-service", endpoint: "a", TableLookup(…))
/// try await integration.mesh.register("customer-service", endpoint: "b", TableLookup(…))
/// ```
///
/// Enrich steps name the service. Each request asks the endpoint whose turn it is, and the others where that one fails
/// for a reason that may pass.
public struct ServiceMesh: Sendable {
    let integration: Integration

    /// - Parameters:
    ///   - serviceDiscovery: whether endpoints can be registered; those that are registered stay.
    ///   - loadBalancing: how calls are spread over the endpoints of a service that is registered from now on.
    public func configureIntegration(serviceDiscovery: Bool, loadBalancing: LoadBalancing = .roundRobin) {
        integration.state.withLock { state in
            state.hasServiceDiscovery = serviceDiscovery
            state.loadBalancing = loadBalancing
        }
    }

    /// Adds an endpoint to a service, which comes into being with its first one.
    ///
    /// - Throws: when service discovery is off, the service has an endpoint of that name, or its name is that of a
    ///   service which has no endpoints.
    public func register(
        _ service: String, endpoint: String, _ lookup: any Lookup
    ) async throws(IntegrationError) {
        try integration.state.withLock { state throws(IntegrationError) in
            try check(state, endpoint, of: service)
            if state.services[service] == nil {
                let balanced = BalancedLookup(
                    service, settings: ServiceSettings(balancing: state.loadBalancing), registry: integration.services
                ) { endpoint throws(IntegrationError) in
                    throw IntegrationError(
                        .endpointUnknown, "nothing is known of `\(endpoint.address)` but its address",
                        remedy: "Register it with what answers there.")
                }
                try integration.add([service: balanced], owner: .mesh, &state)
                integration.services.add([ServiceDeclaration(name: service, type: "mesh", balanced: balanced)])
            }
            try register(service, ServiceEndpoint(address: endpoint), lookup, state)
        }
    }

    /// Adds an endpoint to a service of the configuration, which makes of the address what is asked there.
    ///
    /// - Throws: when service discovery is off, there is no such service, it has an endpoint of that name, or a service
    ///   of its kind can't have such an endpoint.
    public func register(_ service: String, _ endpoint: ServiceEndpoint) async throws(IntegrationError) {
        try integration.state.withLock { state throws(IntegrationError) in
            try check(state, endpoint.name, of: service)
            try register(service, endpoint, nil, state)
        }
    }

    private func check(
        _ state: Integration.State, _ endpoint: String, of service: String
    ) throws(IntegrationError) {
        guard state.hasServiceDiscovery else {
            throw IntegrationError(.discoveryOff, "endpoint `\(endpoint)` of `\(service)` was not registered")
        }
    }

    private func register(
        _ service: String, _ endpoint: ServiceEndpoint, _ lookup: (any Lookup)?, _ state: Integration.State
    ) throws(IntegrationError) {
        do throws(IntegrationError) {
            try integration.services.register(service, endpoint, lookup: lookup)
        } catch  where error.code == .serviceUnknown {
            // One that has no endpoints that could come and go.
            guard state.services[service] != nil else { throw error }
            throw IntegrationError(.nameTaken, "there is a service named `\(service)` already")
        }
    }

    /// Takes an endpoint out: calls in hand are finished, then it is closed.
    ///
    /// - Throws: when there is no such service or endpoint.
    public func deregister(_ service: String, endpoint: String) async throws(IntegrationError) {
        do throws(IntegrationError) {
            try integration.services.deregister(service, endpoint: endpoint)
        } catch  where error.code == .serviceUnknown {
            throw IntegrationError(.endpointUnknown, "service `\(service)` has no endpoint named `\(endpoint)`")
        }
    }

    /// The endpoints of a service in the order they were registered.
    public func endpoints(of service: String) -> [String] {
        statuses.first { $0.name == service }?.endpoints.filter { $0.state != .out }.map(\.endpoint.name) ?? []
    }

    /// What each service is and how its endpoints are, by name.
    public var statuses: [ServiceStatus] { integration.services.statuses }
}
