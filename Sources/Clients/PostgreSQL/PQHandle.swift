internal import CLibPQ
internal import Logging

/// A connection of libpq, closed with its owner. Only the thread of its connection touches it.
final class PQHandle {
    let pointer: OpaquePointer
    /// What the server remarks is handed to this; alive as long as the connection.
    private let notices: NoticeLog

    /// - Parameter pointer: one that nobody else closes.
    init(_ pointer: OpaquePointer, _ logger: Logger) {
        self.pointer = pointer
        notices = NoticeLog(logger)
        PQsetNoticeReceiver(
            pointer,
            { log, result in
                guard let log, let result else { return }
                Unmanaged<NoticeLog>.fromOpaque(log).takeUnretainedValue().note(SQLFailure(result))
            }, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(pointer) }

    /// What libpq last had to complain about.
    var complaint: String { PQerrorMessage(pointer).map { String(cString: $0).trimmedOfBlanks } ?? "" }
}

/// Writes what the server remarks to the log.
private final class NoticeLog {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    func note(_ notice: SQLFailure) {
        // Class 01 are warnings; the rest is of the kind "exists already, skipping".
        let level: Logger.Level = notice.stateClass == "01" ? .warning : .debug
        logger.log(
            level: level, "the database remarks",
            metadata: ["message": "\(notice.message)", "sqlstate": "\(notice.state)"])
    }
}
