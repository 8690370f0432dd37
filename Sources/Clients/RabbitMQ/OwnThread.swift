internal import FileSystemClient

/// The thread of a connection: what runs on it may block.
actor OwnThread {
    private let executor = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<R: Sendable, Failure: Error>(_ body: @Sendable () throws(Failure) -> R) throws(Failure) -> R {
        try body()
    }
}
