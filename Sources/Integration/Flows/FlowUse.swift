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
    /// - Throws: the first step that can't be built.
    init(_ flow: Flow, services: Set<String>) throws(IntegrationError) {
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [],
            services: services.union(flow.ownLookups.keys))
        for step in flow.steps { _ = try step.makeStep(build) }
        destinations = Set(build.destinations)
        if let deadLetters = flow.errorHandling.deadLetters { destinations.insert(deadLetters) }
        self.services = build.usedServices
    }
}
