internal import IntegrationCore
internal import IntegrationDocument

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
