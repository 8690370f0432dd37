internal import IntegrationCore

/// What the thread of a connection does until it is told to stop.
protocol ConnectionLoop: Sendable {
    /// Cuts the connection that the thread waits for.
    var gate: SocketGate { get }

    /// Called once, on the thread.
    func run()

    /// Has `run` return soon; from any thread.
    func stop()
}

extension ConnectionLoop {
    /// Runs the loop on a thread of its own for the length of `body`; where the thread is stuck in the library at the end,
    /// its connection is cut after a second.
    func whileRunning<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let ended = ShutdownSignal()
        let thread = try OwnThread()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await thread.run { self.run() }
                ended.signal()
            }
            let result: R
            do {
                result = try await body()
            } catch {
                await end(ended)
                throw error
            }
            await end(ended)
            return result
        }
    }

    private func end(_ ended: ShutdownSignal) async {
        stop()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do throws(CancellationError) {
                    try await SystemClock().sleep(for: .seconds(1))
                } catch {
                    // Either it has ended, or nobody wants to wait that long.
                }
                if !ended.isSignalled { gate.interrupt() }
            }
            await ended.waitToTheEnd()
            group.cancelAll()
        }
    }
}
