internal import IntegrationCore
internal import Synchronization

extension Engine {
    func build(_ flow: Flow) throws(IntegrationError) -> BuiltFlow {
        let (destinations, services, broadcasts) = state.withLock {
            (Set($0.senders.keys), Set($0.finders.keys), $0.broadcasts)
        }
        return try Self.build(flow, destinations: destinations, services: services, broadcasts: broadcasts)
    }

    /// Builds a flow's steps without opening anything.
    ///
    /// - Parameters:
    ///   - destinations: the names that the flow may send to.
    ///   - services: the names that its steps may ask.
    ///   - broadcasts: what destinations that broadcast hand messages to.
    static func build(
        _ flow: Flow, destinations: Set<String>, services: Set<String>, broadcasts: [String: [String]]
    ) throws(IntegrationError) -> BuiltFlow {
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [], services: services,
            environment: flow.environment)
        var steps: [Pipeline.NamedStep] = []
        for step in flow.steps {
            do {
                steps.append(Pipeline.NamedStep(name: step.name, step: try step.makeStep(build)))
            } catch {
                var error = error
                if error.component == nil { error.component = "step \(step.name) of flow \(flow.name)" }
                throw error
            }
        }
        // Members may be broadcasts themselves.
        var branches: [[Int]] = []
        while branches.count < build.destinations.count {
            branches.append((broadcasts[build.destinations[branches.count]] ?? []).map(build.destination))
        }
        var named = build.destinations
        if let deadLetters = flow.errorHandling.deadLetters { named.append(deadLetters) }
        for name in named where !destinations.contains(name) {
            throw IntegrationError(.cannotBuild, "there is no destination `\(name)`", component: "flow \(flow.name)")
        }
        var key: (any MessageKey)?
        if case .key(let definition) = flow.ordering { key = try definition.makeKey(build) }
        return BuiltFlow(flow: flow, build: build, steps: steps, branches: branches, key: key)
    }
}
