extension FlowContext {
    /// Waits until the flow's clock reads `deadline` or more.
    ///
    /// - Returns: false when the flow is shutting down or the task is cancelled; nobody should wait any longer then.
    public func pause(until deadline: Duration) async -> Bool {
        guard !shutdown.isSignalled, !Task.isCancelled else { return false }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { [clock] in
                do throws(CancellationError) {
                    try await clock.sleep(until: deadline)
                    return true
                } catch {
                    return false
                }
            }
            group.addTask { [shutdown] in
                await shutdown.wait()
                return false
            }
            let isReached = await group.next() ?? false
            group.cancelAll()
            return isReached && !shutdown.isSignalled
        }
    }

    /// Waits for `duration`; see `pause(until:)`.
    public func pause(for duration: Duration) async -> Bool { await pause(until: clock.now + duration) }
}
