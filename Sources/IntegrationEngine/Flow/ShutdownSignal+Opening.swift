internal import IntegrationCore

extension ShutdownSignal {
    /// Runs `body`, which opens something and then calls `opened`; when the signal is given before that, it is
    /// cancelled, however long the opening would have taken.
    ///
    /// - Returns: false when it was cut off by the signal.
    /// - Throws: what `body` throws; `CancellationError` when the task is cancelled before `opened` was called.
    func cuttingOff(
        _ body: @escaping @Sendable (_ opened: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws -> Bool {
        let isOpen = ShutdownSignal()
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await body { isOpen.signal() }
                    return true
                }
                group.addTask {
                    await self.wait()
                    return false
                }
                while let isDone = try await group.next() {
                    if isDone || !isOpen.isSignalled { group.cancelAll() }
                }
            }
        } catch  where !isOpen.isSignalled {
            try Task.checkCancellation()
            if isSignalled { return false }
            throw error
        }
        return true
    }
}
