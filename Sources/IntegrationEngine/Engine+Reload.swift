public import IntegrationCore
public import IntegrationResilience
public import IntegrationStore
internal import Synchronization

extension Engine {
    /// All that an engine is to run from now on, and what of it is what runs already.
    public struct Replacement: Sendable {
        /// In the order that lists show.
        public var flows: [Flow]
        public var destinations: [String: any Destination]
        public var lookups: [String: any Lookup]
        /// Flows that are what they were: they run on untouched.
        public var unchangedFlows: Set<String>
        /// Destinations and services that are what they were: they stay open.
        public var unchangedEndpoints: Set<String>
        /// What queues may hold.
        public var queues: [QueueName: QueueSettings]
        /// The guards that destinations and lookups were made with.
        public var connectors: ConnectorDirectory
        /// How long a flow may take to drain.
        public var grace: Duration

        public init(
            flows: [Flow], destinations: [String: any Destination], lookups: [String: any Lookup],
            unchangedFlows: Set<String>, unchangedEndpoints: Set<String>,
            queues: [QueueName: QueueSettings], connectors: ConnectorDirectory = ConnectorDirectory(), grace: Duration
        ) {
            self.flows = flows
            self.destinations = destinations
            self.lookups = lookups
            self.unchangedFlows = unchangedFlows
            self.unchangedEndpoints = unchangedEndpoints
            self.queues = queues
            self.connectors = connectors
            self.grace = grace
        }
    }

    /// What a reload did, by flow.
    public struct ReloadReport: Sendable, Equatable {
        public var added: [String] = []
        public var replaced: [String] = []
        public var removed: [String] = []
        public var kept: [String] = []

        public init(
            added: [String] = [], replaced: [String] = [], removed: [String] = [], kept: [String] = []
        ) {
            self.added = added
            self.replaced = replaced
            self.removed = removed
            self.kept = kept
        }
    }

    /// Makes a running engine run something else, as a transaction.
    ///
    /// Everything is built first; then the flows that change or go are drained, the new ones take their place and are
    /// started. Flows that are the same are not touched. The point of no return is after the last start: where one
    /// fails, what was before is put back and started again. A flow that was stopped stays stopped, a paused one paused.
    ///
    /// - Throws: what could not be built, drained or started; the engine then runs what it ran before.
    public func reload(_ new: Replacement) async throws(IntegrationError) -> ReloadReport {
        let before = try beginReload()
        // A port that stays in use is handed over: it is not closed in between.
        shared.hold()
        let outcome: Result<ReloadReport, IntegrationError>
        do throws(IntegrationError) {
            outcome = .success(try await replace(before, with: new))
        } catch {
            outcome = .failure(error)
        }
        await shared.letGo()
        state.withLock { $0.isReloading = false }
        storage?.progress.wake()
        endIfIdle()
        return try outcome.get()
    }

    private func replace(_ before: State, with new: Replacement) async throws(IntegrationError) -> ReloadReport {
        let present = before.order.compactMap { before.flows[$0] }.map { managed in
            ReloadPlan.Present(
                name: managed.flow.name, isPaused: managed.gate.isClosed, isStopped: isStopped(managed))
        }
        let change = ReloadPlan(names: new.flows.map(\.name), unchanged: new.unchangedFlows, present: present)
        let broadcasts = new.destinations.compactMapValues { ($0 as? BroadcastDestination)?.members }
        for flow in new.flows where !change.kept.contains(flow.name) {
            _ = try Self.build(
                flow, destinations: Set(new.destinations.keys), services: Set(new.lookups.keys), broadcasts: broadcasts)
        }
        if let store = try storage?.store {
            for (name, settings) in new.queues { try await store.declare(name, settings) }
        }
        let active = change.leaving.filter { isActive($0) }
        signal(active)
        let stuck = await waitUntilEnded(active, atMost: new.grace)
        guard stuck.isEmpty else {
            let error = IntegrationError(
                .reloadFailed,
                "\(stuck.joined(separator: ", ")) did not drain within \(new.grace); nothing was changed",
                remedy: "It drains on. When it has: integration flow start \(stuck[0])")
            throw undo(to: before, restarting: active.filter { !stuck.contains($0) }, because: error)
        }
        swap(new, change, before)
        failPoint("reload")
        do throws(IntegrationError) {
            for name in change.starting { try start(name) }
            for name in change.starting { try await checkStarted(name) }
        } catch {
            signal(change.starting)
            _ = await waitUntilEnded(change.starting, atMost: new.grace)
            var reason = error
            reason.message += "; what ran before runs again"
            throw undo(to: before, restarting: active, because: reason)
        }
        return change.report
    }

    private func isStopped(_ managed: ManagedFlow) -> Bool {
        guard !isActive(managed.flow.name) else { return false }
        if case .stopped = managed.snapshot.state { return true }
        return false
    }

    private func signal(_ names: [String]) {
        for signal in state.withLock({ state in names.compactMap { state.shutdowns[$0] } }) { signal.signal() }
    }

    private func beginReload() throws(IntegrationError) -> State {
        let before: State? = state.withLock { state in
            guard state.commands != nil, !state.isStopping, !state.isReloading else { return nil }
            state.isReloading = true
            return state
        }
        if let before { return before }
        if state.withLock({ $0.isReloading }) {
            throw IntegrationError(.reloadFailed, "another reload is going on", remedy: "Try again when it is through.")
        }
        throw IntegrationError(.engineNotRunning, "the engine is not running")
    }

    /// Puts the new flows and endpoints in the place of the old ones.
    private func swap(_ new: Replacement, _ change: ReloadPlan, _ before: State) {
        var senders: [String: SharedScope<any Sender>] = [:]
        for (name, destination) in new.destinations {
            let kept = new.unchangedEndpoints.contains(name) ? before.senders[name] : nil
            senders[name] = kept ?? scope(of: destination, as: name)
        }
        var finders: [String: SharedScope<any Finder>] = [:]
        for (name, lookup) in new.lookups {
            let kept = new.unchangedEndpoints.contains(name) ? before.finders[name] : nil
            finders[name] = kept ?? scope(of: lookup, as: name)
        }
        var flows: [String: ManagedFlow] = [:]
        for flow in new.flows {
            if change.kept.contains(flow.name) {
                flows[flow.name] = before.flows[flow.name]
                continue
            }
            let fresh = managed(flow)
            fresh.gate.set(closed: change.paused.contains(flow.name))
            if !change.starting.contains(flow.name) { fresh.end(.stopped) }
            flows[flow.name] = fresh
        }
        state.withLock { state in
            state.order = new.flows.map(\.name)
            state.flows = flows
            state.senders = senders
            state.finders = finders
            state.connectors = new.connectors
            state.broadcasts = new.destinations.compactMapValues { ($0 as? BroadcastDestination)?.members }
        }
    }

    /// - Throws: what made the flow fail.
    private func checkStarted(_ name: String) async throws(IntegrationError) {
        await waitUntilStarted(name, atMost: Self.patience)
        if case .failed(let error) = snapshot(of: name)?.state { throw error }
    }

    /// How long opening may take before a flow counts as started: it may wait for a system that is down.
    private static var patience: Duration { .seconds(5) }

    /// Puts back what was before and starts it again.
    ///
    /// - Returns: `reason`, with what could not be put back.
    private func undo(
        to before: State, restarting names: [String], because reason: IntegrationError
    ) -> IntegrationError {
        state.withLock { state in
            state.order = before.order
            state.flows = before.flows
            state.senders = before.senders
            state.finders = before.finders
            state.connectors = before.connectors
            state.broadcasts = before.broadcasts
        }
        var reason = reason
        for name in names {
            do throws(IntegrationError) {
                try start(name)
            } catch {
                reason.causes.append(error.message)
            }
        }
        return reason
    }
}
