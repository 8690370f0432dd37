public import IntegrationCore
internal import Synchronization

/// Services whose endpoints come and go while flows run.
///
/// ```swift
/// integration.mesh.configureIntegration(serviceDiscovery: true, loadBalancing: .roundRobin)
/// try await integration.mesh.register("customer-service", endpoint: "a", TableLookup(…))
/// try await integration.mesh.register("customer-service", endpoint: "b", TableLookup(…))
/// ```
///
/// Enrich steps name the service. Each batch asks the endpoint whose turn it is, and the others where that one fails for
/// a reason that may pass.
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
            guard state.hasServiceDiscovery else {
                throw IntegrationError(.discoveryOff, "endpoint `\(endpoint)` of `\(service)` was not registered")
            }
            let endpoints = state.mesh[service] ?? ServiceEndpoints()
            if state.mesh[service] == nil {
                let balanced = BalancedLookup(service: service, endpoints: endpoints, balancing: state.loadBalancing)
                try integration.add([service: balanced], owner: .mesh, &state)
                state.mesh[service] = endpoints
            }
            guard endpoints.add(endpoint, lookup) else {
                throw IntegrationError(
                    .endpointExists, "service `\(service)` has an endpoint named `\(endpoint)` already")
            }
        }
    }

    /// Takes an endpoint out: calls in hand are finished, then it is closed.
    ///
    /// - Throws: when there is no such service or endpoint.
    public func deregister(_ service: String, endpoint: String) async throws(IntegrationError) {
        try integration.state.withLock { state throws(IntegrationError) in
            guard state.mesh[service]?.remove(endpoint) == true else {
                throw IntegrationError(.endpointUnknown, "service `\(service)` has no endpoint named `\(endpoint)`")
            }
        }
    }

    /// The endpoints of a service in the order they were registered.
    public func endpoints(of service: String) -> [String] {
        integration.state.withLock { $0.mesh[service]?.names ?? [] }
    }
}
