internal import IntegrationConfiguration
public import IntegrationCore
public import IntegrationEngine
internal import IntegrationServices
internal import Logging
internal import Synchronization

extension Integration: FlowManager {
    public func createFlow(_ flow: Flow) async throws(IntegrationError) {
        try state.withLock { state throws(IntegrationError) in try create(flow, types: [], &state) }
        startWhereRunning(flow.name)
    }

    public func startFlow(_ name: String) async throws(IntegrationError) { try engine.start(name) }

    public func stopFlow(_ name: String) async throws(IntegrationError) { try engine.stop(name) }

    /// Removes a flow that does not run.
    ///
    /// - Throws: when there is none of that name, or it still runs.
    public func deleteFlow(_ name: String) async throws(IntegrationError) {
        try state.withLock { state throws(IntegrationError) in
            try engine.delete(name)
            let names = state.forget(flow: name)
            engine.remove(destinations: names.destinations, lookups: names.services)
            services.remove(names.services)
        }
    }

    public func getFlowStatus(_ name: String) async throws(IntegrationError) -> FlowStatus {
        guard let snapshot = engine.snapshot(of: name) else {
            throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`")
        }
        return snapshot
    }

    /// What every flow has done so far.
    public func listFlows() async -> [FlowStatus] { engine.snapshots }

    /// Dead letters of flows that name no `dlq`.
    public var deadLetters: [DeadLetter] { engine.memoryDeadLetters.letters }

    /// - Parameter types: those that the flow is made of.
    func create(_ flow: Flow, types: Set<TypeName>, _ state: inout State) throws(IntegrationError) {
        var flow = flow
        guard !flow.sources.isEmpty else {
            throw IntegrationError(
                .noSource, "flow `\(flow.name)` has no source", remedy: "Add one by `withSource`.")
        }
        flow.steps = flow.steps.map { state.transformers.resolve($0) }
        var use = try FlowUse(flow, services: Set(state.services.keys))
        use.types = types
        try engine.create(flow)
        state.uses[flow.name] = use
        for (name, destination) in flow.ownDestinations {
            state.destinations[name] = Owned(destination, .flow(flow.name))
        }
        for (name, lookup) in flow.ownLookups { state.services[name] = Owned(lookup, .flow(flow.name)) }
    }

    /// Starts a flow that was just made. Where the engine is about to start or to stop, that is its business.
    func startWhereRunning(_ name: String) {
        guard state.withLock({ $0.phase == .running }) else { return }
        do {
            try engine.start(name)
        } catch {
            logger.debug(
                "a new flow was not started here", metadata: ["flow": "\(name)", "reason": "\(error.message)"])
        }
    }
}
