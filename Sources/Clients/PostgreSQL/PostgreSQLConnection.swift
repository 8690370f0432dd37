internal import CLibPQ
internal import FileSystemClient
internal import Glibc
public import IntegrationCore
public import Logging
internal import Synchronization

/// One connection to PostgreSQL, on a thread of its own: libpq's calls wait there and nowhere else.
///
/// What a call asks for ends when its task is cancelled or its time is over: the server is asked to stop, and where it
/// does not answer that either the connection is of no use any more.
public actor PostgreSQLConnection {
    private let executor: ThreadExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let settings: PostgreSQLSettings
    let logger: Logger
    let waiting: SocketWait
    let remarks: SQLRemarks
    var handle: PQHandle? {
        didSet { socket.store(handle.map { PQsocket($0.pointer) } ?? -1, ordering: .releasing) }
    }
    /// Its socket; negative where it is not open.
    private let socket = Atomic<Int32>(-1)
    var statements = StatementCache()
    let known = KnownForms()
    /// The `sslmode` that holds.
    var mode = ""
    /// Whether what was done last left the connection open and in no transaction.
    private let isClean = Atomic(false)
    /// How far opening it came.
    public internal(set) var stage = ConnectStage.resolve

    /// Nothing is opened yet: see `connect()`.
    ///
    /// - Parameter remarks: shared by all connections whose servers are to fill the log no faster than one would.
    /// - Throws: `noConnection` when the process has no descriptor left.
    public init(
        _ settings: PostgreSQLSettings, logger: Logger, remarks: SQLRemarks = SQLRemarks()
    ) throws(IntegrationError) {
        self.settings = settings
        self.remarks = remarks
        self.logger = logger
        executor = try ThreadExecutor()
        waiting = try SocketWait()
    }

    /// Says goodbye and closes; whoever is still waiting for an answer gets an error.
    public func close() {
        handle = nil
        isClean.store(false, ordering: .releasing)
    }

    /// Whether it is open and in no transaction, so that somebody else may use it.
    public var isIdle: Bool {
        guard let handle else { return false }
        return PQstatus(handle.pointer) == CONNECTION_OK && PQtransactionStatus(handle.pointer) == PQTRANS_IDLE
    }

    /// Whether the server has not ended it while nobody used it, as far as this machine has been told. Asks nobody.
    public nonisolated func isThere() async -> Bool {
        // Whoever asks is the only one who uses it, so that its socket stays open meanwhile.
        switch Self.peek(socket.load(ordering: .acquiring)) {
        case .nothing: true
        case .something: await takeIn()
        case .end: false
        }
    }

    private enum Peek { case nothing, something, end }

    /// What can be read at once.
    private static func peek(_ socket: Int32) -> Peek {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        if count > 0 { return .something }
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? .nothing : .end
    }

    /// Takes in what the server said unasked; whether it goes on.
    private func takeIn() -> Bool {
        guard let handle else { return false }
        while PQconsumeInput(handle.pointer) == 1 {
            while let notification = PQnotifies(handle.pointer) { PQfreemem(notification) }
            if handle.isEnding { return false }
            if Self.peek(PQsocket(handle.pointer)) == .nothing { return true }
        }
        return false
    }

    /// What is known of an open connection; nil where it is not open.
    public var facts: ConnectionFacts? {
        guard let pointer = handle?.pointer else { return nil }
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        let address = text(PQhostaddr(pointer))
        var days: Int32 = 0
        let isKnown = clibpq_days_left(pointer, &days) == 1
        let place = address.isEmpty ? text(PQhost(pointer)) : "\(address):\(text(PQport(pointer)))"
        return ConnectionFacts(
            version: Int(PQserverVersion(pointer)), peer: place, user: text(PQuser(pointer)),
            usedPassword: PQconnectionUsedPassword(pointer) == 1,
            tls: PQsslAttribute(pointer, "protocol").map { String(cString: $0) }, daysLeft: isKnown ? Int(days) : nil,
            mode: mode)
    }

    /// Ends a transaction that was left open.
    ///
    /// - Throws: why the connection is of no use any more.
    public nonisolated func reset(timeout: Duration) async throws(IntegrationError) {
        // Which is nearly always so, and known without waking the thread.
        if isClean.load(ordering: .acquiring) { return }
        try await interruptible { connection throws(IntegrationError) in
            let pointer = try connection.open()
            guard PQtransactionStatus(pointer) != PQTRANS_IDLE else { return }
            guard case .done = try connection.single("rollback", until: .now + timeout) else {
                throw connection.cut(pointer, "the transaction can't be ended")
            }
        }
    }

    func open() throws(IntegrationError) -> OpaquePointer {
        guard let handle else { throw IntegrationError(.noConnection, "the connection is closed") }
        return handle.pointer
    }

    /// Runs what blocks on the connection's thread, so that cancellation of the task ends its waits.
    nonisolated func interruptible<R: Sendable>(
        _ body: @Sendable (isolated PostgreSQLConnection) throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        let result = await withTaskCancellationHandler {
            await onThread(body)
        } onCancel: {
            waiting.wake()
        }
        return try result.get()
    }

    private func onThread<R: Sendable>(
        _ body: @Sendable (isolated PostgreSQLConnection) throws(IntegrationError) -> R
    ) -> Result<R, IntegrationError> {
        defer { isClean.store(isIdle, ordering: .releasing) }
        do throws(IntegrationError) {
            return .success(try body(self))
        } catch {
            return .failure(error)
        }
    }

    /// The connection as it is after a failure of libpq: gone.
    func cut(_ pointer: OpaquePointer, _ what: String) -> IntegrationError {
        let reason = PQerrorMessage(pointer).map { String(cString: $0).trimmedOfBlanks } ?? ""
        handle = nil
        return IntegrationError(.connectionCut, what, causes: reason.isEmpty ? [] : [reason])
    }
}
