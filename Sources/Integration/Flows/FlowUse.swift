internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine

/// What a flow uses, by name.
struct FlowUse {
    var destinations: Set<String>
    var services: Set<String>
    /// The types that it is made of, where it comes from a configuration.
    var types: Set<TypeName> = []

    /// - Parameter services: the names of all services that there are.
    /// - Throws: the first step that can't be built, or `noDestination` where messages could not go anywhere.
    init(_ flow: Flow, services: Set<String>) throws(IntegrationError) {
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [],
            services: services.union(flow.ownLookups.keys), environment: flow.environment)
        for step in flow.steps {
            do {
                _ = try step.makeStep(build)
            } catch {
                var error = error
                error.component = error.component ?? "step \(step.name) of flow \(flow.name)"
                throw error
            }
        }
        guard !build.destinations.isEmpty else {
            throw IntegrationError(
                .noDestination, "flow `\(flow.name)` has no destination",
                remedy: "Add one by `withDestination`, or a `RouteStep` at the end.")
        }
        destinations = Set(build.destinations)
        if let deadLetters = flow.errorHandling.deadLetters { destinations.insert(deadLetters) }
        self.services = build.usedServices
    }
}
