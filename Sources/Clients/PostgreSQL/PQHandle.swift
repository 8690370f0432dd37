internal import CLibPQ
internal import Logging

/// A connection of libpq, closed with its owner. Only the thread of its connection touches it.
final class PQHandle {
    /// What is told beside answers.
    private final class Ear {
        let logger: Logger
        let remarks: SQLRemarks
        var isEnding = false

        init(_ logger: Logger, _ remarks: SQLRemarks) { (self.logger, self.remarks) = (logger, remarks) }

        func hear(_ remark: SQLFailure) {
            isEnding = isEnding || remark.endsConnection
            remarks.note(remark, logger)
        }
    }

    let pointer: OpaquePointer
    /// Alive as long as the connection.
    private let ear: Ear

    /// Whether the server said, without being asked, that it ends the connection.
    var isEnding: Bool { ear.isEnding }

    /// - Parameter pointer: one that nobody else closes.
    init(_ pointer: OpaquePointer, _ logger: Logger, _ remarks: SQLRemarks) {
        self.pointer = pointer
        ear = Ear(logger, remarks)
        PQsetNoticeReceiver(
            pointer,
            { ear, result in
                guard let ear, let result else { return }
                Unmanaged<Ear>.fromOpaque(ear).takeUnretainedValue().hear(SQLFailure(result))
            }, Unmanaged.passUnretained(ear).toOpaque())
    }

    deinit { PQfinish(pointer) }

    /// What libpq last had to complain about.
    var complaint: String { PQerrorMessage(pointer).map { String(cString: $0).trimmedOfBlanks } ?? "" }
}
