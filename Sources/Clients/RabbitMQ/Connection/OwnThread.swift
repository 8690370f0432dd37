internal import FileSystemClient
internal import IntegrationCore

/// The thread of a connection: what runs on it may block.
actor OwnThread {
    private let executor: ThreadExecutor

    /// Header tables may lie within each other as deep as a frame has room for (21,845 tables of 6 bytes), and the library
    /// reads them by calling itself: so many bytes are enough for all of them.
    static let stackSize = 32 << 20

    init() throws(IntegrationError) { executor = try ThreadExecutor(stackSize: Self.stackSize) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<R: Sendable, Failure: Error>(_ body: @Sendable () throws(Failure) -> R) throws(Failure) -> R {
        try body()
    }
}
