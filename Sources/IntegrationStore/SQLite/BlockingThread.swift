internal import FileSystemClient
internal import IntegrationCore

/// A thread of its own for a blocking call.
actor BlockingThread {
    private let executor: ThreadExecutor

    init() throws(IntegrationError) { executor = try ThreadExecutor() }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<R: Sendable, Failure: Error>(_ body: @Sendable () throws(Failure) -> R) throws(Failure) -> R {
        try body()
    }
}
