internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Takes one answer in, up to a size, and remembers how far the exchange got.
final class AnswerCollector: HTTPClientResponseDelegate {
    /// How far an exchange got.
    enum Progress: Sendable {
        /// No connection was there, or nothing was sent.
        case waiting
        case sent
        /// Some of the answer is here: the status, and so many bytes of the body.
        case answering(Int)
    }

    struct TooLarge: Error {
        /// What was exceeded, in words.
        let limit: String
    }

    private struct State {
        var progress = Progress.waiting
        var head: HTTPResponseHead?
        var body: ByteBuffer?
        var limit: Int
        var isPacked = false
    }

    /// No answer below this size is called a bomb.
    private static let harmless = 1 << 20
    private static let largestRatio = 200

    private let address: HTTPAddress
    private let state: Mutex<State>

    /// - Parameter limit: bytes of the body, unpacked.
    init(_ address: HTTPAddress, limit: Int) {
        self.address = address
        state = Mutex(State(limit: limit))
    }

    var progress: Progress { state.withLock { $0.progress } }

    func didSendRequestHead(task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPRequestHead) {
        state.withLock { $0.progress = .sent }
    }

    func didReceiveHead(task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { state in
            state.progress = .answering(0)
            state.head = head
            guard let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) else { return }
            if ["gzip", "deflate"].contains(head.headers.first(name: "content-encoding")) {
                let (most, overflows) = length.multipliedReportingOverflow(by: Self.largestRatio)
                if !overflows, max(most, Self.harmless) < state.limit {
                    state.limit = max(most, Self.harmless)
                    state.isPacked = true
                }
            } else {
                state.body = ByteBuffer()
                state.body?.reserveCapacity(min(max(0, length), state.limit, Self.harmless))
            }
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPAnswer>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let excess = state.withLock { state -> TooLarge? in
            let count = (state.body?.readableBytes ?? 0) + buffer.readableBytes
            guard count <= state.limit else {
                return TooLarge(
                    limit: state.isPacked
                        ? "it unpacks to more than \(Self.largestRatio) times its size"
                        : "the limit is \(state.limit) bytes")
            }
            state.progress = .answering(count)
            if state.body == nil {
                state.body = buffer
            } else {
                state.body?.writeImmutableBuffer(buffer)
            }
            return nil
        }
        if let excess { return task.eventLoop.makeFailedFuture(excess) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPAnswer>) throws -> HTTPAnswer {
        try state.withLock { state in
            guard let head = state.head else { throw HTTPClientError.remoteConnectionClosed }
            return HTTPAnswer(
                status: Int(head.status.code), reason: head.status.reasonPhrase, headers: head.headers,
                body: state.body ?? ByteBuffer(), address: address)
        }
    }
}
