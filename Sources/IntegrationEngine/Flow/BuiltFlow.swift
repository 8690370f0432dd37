internal import IntegrationCore
internal import IntegrationDocument

/// A flow's steps, built, and the destinations that they name.
struct BuiltFlow {
    let flow: Flow
    let build: FlowBuild
    let steps: [Pipeline.NamedStep]

    func pipeline(_ senders: [String: any Sender]) -> Pipeline {
        let senders = build.destinations.compactMap { senders[$0] }
        return Pipeline(
            steps: steps, destinationNames: build.destinations, senders: senders,
            queues: senders.map { ($0 as? QueueSender)?.queue },
            defaultDestination: flow.destination.flatMap { build.destinations.firstIndex(of: $0) },
            literals: build.literals.block())
    }
}
