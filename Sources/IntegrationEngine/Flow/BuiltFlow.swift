internal import IntegrationCore
internal import IntegrationDocument

/// A flow's steps, built, and the destinations that they name.
struct BuiltFlow {
    let flow: Flow
    let build: FlowBuild
    let steps: [Pipeline.NamedStep]
    /// What each destination that broadcasts hands messages to, by index; empty for all others.
    let branches: [[Int]]
    /// Gives the keys whose order is promised; nil where none is.
    let key: (any MessageKey)?

    func pipeline(_ senders: [String: any Sender]) -> Pipeline {
        let senders = build.destinations.compactMap { senders[$0] }
        var pipeline = Pipeline(
            steps: steps, destinationNames: build.destinations, senders: senders,
            queues: senders.map { ($0 as? QueueSender)?.queue }, branches: branches,
            breakers: build.destinations.map(Reachability.init),
            stepBreakers: steps.map { Reachability($0.name) },
            defaultDestination: flow.destination.flatMap { build.destinations.firstIndex(of: $0) },
            literals: build.literals.block())
        pipeline.keepsResults = flow.sources.contains { $0.source.acknowledgement == .answered(withResults: true) }
        return pipeline
    }
}
