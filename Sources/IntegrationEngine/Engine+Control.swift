public import IntegrationCore
internal import Synchronization

extension Engine {
    /// Stops reading a running flow's sources; what it has in hand, and what waits for another try, goes on.
    ///
    /// - Returns: whether it was not paused before.
    /// - Throws: when there is no flow of that name, or it does not run.
    @discardableResult
    public func pause(_ name: String) throws(IntegrationError) -> Bool { try gate(of: name).set(closed: true) }

    /// Reads a paused flow's sources again.
    ///
    /// - Returns: whether it was paused.
    /// - Throws: when there is no flow of that name, or it does not run.
    @discardableResult
    public func resume(_ name: String) throws(IntegrationError) -> Bool { try gate(of: name).set(closed: false) }

    private func gate(of name: String) throws(IntegrationError) -> FlowGate {
        let (managed, isRunning) = state.withLock { ($0.flows[name], $0.shutdowns[name] != nil) }
        guard let managed else { throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`") }
        guard isRunning else {
            let word = managed.snapshot.state.word
            throw IntegrationError(
                .flowNotRunning, "flow `\(name)` is \(word)", remedy: "Start it: integration flow start \(name)")
        }
        return managed.gate
    }

    /// Returns when the engine's store is open and its flows are being started, or when the task is cancelled.
    public func waitUntilRunning() async {
        while !Task.isCancelled {
            let count = changes.count
            if state.withLock({ $0.commands != nil }) { return }
            await changes.wait(after: count)
        }
    }

    /// Whether a flow runs, drains or is just being started.
    public func isActive(_ name: String) -> Bool { state.withLock { $0.shutdowns[name] != nil } }

    /// Returns when none of these flows is active any more.
    ///
    /// - Parameter limit: how long to wait at most.
    /// - Returns: the flows that are still active then.
    public func waitUntilEnded(_ names: [String], atMost limit: Duration) async -> [String] {
        await wait(atMost: limit) { [self] in names.allSatisfy { !isActive($0) } }
        return names.filter { isActive($0) }
    }

    /// Waits until a flow reads its sources, has ended, or takes longer than `limit` to open what it uses.
    public func waitUntilStarted(_ name: String, atMost limit: Duration) async {
        await wait(atMost: limit) { [self] in
            guard isActive(name), let managed = state.withLock({ $0.flows[name] }) else { return true }
            return managed.isStarted
        }
    }

    /// Waits for a condition that changes when a flow opens a source or ends.
    private func wait(atMost limit: Duration, _ condition: @Sendable () -> Bool) async {
        let deadline = clock.now + limit
        while true {
            let count = changes.count
            if condition() || clock.now >= deadline { return }
            do {
                try await changes.wait(after: count, until: deadline, clock: clock)
            } catch {
                return
            }
        }
    }
}
