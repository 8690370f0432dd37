internal import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

extension Engine {
    /// A flow's steps, built, and the destinations that they name.
    struct BuiltFlow {
        let flow: Flow
        let build: FlowBuild
        let steps: [Pipeline.NamedStep]

        func pipeline(_ senders: [String: any Sender]) -> Pipeline {
            Pipeline(
                steps: steps, destinationNames: build.destinations,
                senders: build.destinations.compactMap { senders[$0] },
                defaultDestination: flow.destination.flatMap { build.destinations.firstIndex(of: $0) },
                literals: build.literals.block())
        }
    }

    func build(_ flow: Flow) throws(IntegrationError) -> BuiltFlow {
        let (destinations, services) = state.withLock { (Set($0.senders.keys), Set($0.finders.keys)) }
        return try Self.build(flow, destinations: destinations, services: services)
    }

    /// Builds a flow's steps without opening anything.
    ///
    /// - Parameters:
    ///   - destinations: the names that the flow may send to.
    ///   - services: the names that its steps may ask.
    static func build(
        _ flow: Flow, destinations: Set<String>, services: Set<String>
    ) throws(IntegrationError) -> BuiltFlow {
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [], services: services)
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
        var named = build.destinations
        if let deadLetters = flow.errorHandling.deadLetters { named.append(deadLetters) }
        for name in named where !destinations.contains(name) {
            throw IntegrationError(.cannotBuild, "there is no destination `\(name)`", component: "flow \(flow.name)")
        }
        return BuiltFlow(flow: flow, build: build, steps: steps)
    }
}
