internal import NIOCore
internal import NIOHTTP1

/// One request on its way over a connection, and who waits for its answer.
final class ClientExchange: @unchecked Sendable {
    // Proof of Sendable: the continuation is set before the exchange is handed to its connection's event loop, and that
    // loop alone touches it and `isCancelled` from then on.

    let head: HTTPRequestHead
    let body: ByteBuffer?
    let intake: AnswerIntake
    let deadline: NIODeadline
    var continuation: CheckedContinuation<HTTPResponseHead, any Error>?
    /// Whether it was cancelled before it began.
    var isCancelled = false

    init(head: HTTPRequestHead, body: ByteBuffer?, intake: AnswerIntake, deadline: NIODeadline) {
        self.head = head
        self.body = body
        self.intake = intake
        self.deadline = deadline
    }
}
