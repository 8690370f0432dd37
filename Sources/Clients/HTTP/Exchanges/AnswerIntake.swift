internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Takes one answer in, up to a size, and remembers how far the exchange got.
final class AnswerIntake: Sendable {
    struct TooLarge: Error {
        /// What was exceeded, in words.
        let limit: String
    }

    /// No answer below this size is called a bomb.
    private static let harmless = 1 << 20
    private static let largestRatio = 200

    private struct State {
        var hasBegun = false
        var body = ByteBuffer()
        /// In bytes, unpacked.
        var limit: Int
        /// Whether the limit is a multiple of what is packed.
        var isRatio = false
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// How many bytes of the body came; nil where not even the status did.
    var progress: Int? { state.withLock { $0.hasBegun ? $0.body.readableBytes : nil } }

    /// What came.
    var body: ByteBuffer { state.withLock { $0.body } }

    /// Notes that the head came: what is packed must not unpack to a multiple of its size.
    func begin(_ headers: HTTPHeaders) {
        state.withLock { state in
            state.hasBegun = true
            guard ["gzip", "deflate"].contains(headers.first(name: "content-encoding")),
                let length = headers.first(name: "content-length").flatMap({ Int($0) })
            else { return }
            let (most, overflows) = length.multipliedReportingOverflow(by: Self.largestRatio)
            guard !overflows, max(most, Self.harmless) < state.limit else { return }
            state.limit = max(most, Self.harmless)
            state.isRatio = true
        }
    }

    /// Takes a part of the body in.
    func take(_ part: ByteBuffer) throws(TooLarge) {
        try state.withLock { state throws(TooLarge) in
            guard state.body.readableBytes + part.readableBytes <= state.limit else {
                throw TooLarge(
                    limit: state.isRatio
                        ? "it unpacks to more than \(Self.largestRatio) times its size"
                        : "the limit is \(state.limit) bytes")
            }
            if state.body.readableBytes == 0 {
                state.body = part
            } else {
                state.body.writeImmutableBuffer(part)
            }
        }
    }
}
