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

    /// In bytes, unpacked.
    private let limit: Int
    private let taken = Mutex<Int?>(nil)

    init(limit: Int) { self.limit = limit }

    /// How many bytes of the body came; nil where not even the status did.
    var progress: Int? { taken.withLock { $0 } }

    /// Takes the body in.
    ///
    /// The library's own deadline ends with the head of the answer. From then on the deadline is looked at as often as a
    /// part comes, and a silent server is given up by the connection's read timeout; only where `isExact` does a timer
    /// stand beside it, which costs as much as the rest of an exchange.
    ///
    /// - Throws: `TooLarge`; what the connection throws; `HTTPClientError.deadlineExceeded`.
    func body(of response: HTTPClientResponse, until deadline: NIODeadline, isExact: Bool) async throws -> ByteBuffer {
        taken.withLock { $0 = 0 }
        if response.headers.first(name: "content-length") == "0" || response.status == .noContent {
            return ByteBuffer()
        }
        guard isExact else { return try await take(response, until: deadline) }
        return try await withThrowingTaskGroup(of: ByteBuffer.self) { group -> ByteBuffer in
            group.addTask { try await self.take(response, until: deadline) }
            group.addTask {
                let rest: TimeAmount = deadline - NIODeadline.now()
                try await Task.sleep(nanoseconds: UInt64(max(0, rest.nanoseconds)))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw CancellationError() }
            return body
        }
    }

    private func take(_ response: HTTPClientResponse, until deadline: NIODeadline) async throws -> ByteBuffer {
        let (limit, isRatio) = bound(response.headers)
        var body = ByteBuffer()
        for try await part in response.body {
            let count = body.readableBytes + part.readableBytes
            guard count <= limit else {
                throw TooLarge(
                    limit: isRatio
                        ? "it unpacks to more than \(Self.largestRatio) times its size" : "the limit is \(limit) bytes")
            }
            taken.withLock { $0 = count }
            guard NIODeadline.now() <= deadline else { throw HTTPClientError.deadlineExceeded }
            if body.readableBytes == 0 {
                body = part
            } else {
                body.writeImmutableBuffer(part)
            }
        }
        // A sequence that is cancelled ends as if it were complete.
        try Task.checkCancellation()
        return body
    }

    /// How much is taken in: what is packed must not unpack to a multiple of its size.
    private func bound(_ headers: HTTPHeaders) -> (limit: Int, isRatio: Bool) {
        guard ["gzip", "deflate"].contains(headers.first(name: "content-encoding")),
            let length = headers.first(name: "content-length").flatMap({ Int($0) })
        else { return (limit, false) }
        let (most, overflows) = length.multipliedReportingOverflow(by: Self.largestRatio)
        guard !overflows, max(most, Self.harmless) < limit else { return (limit, false) }
        return (max(most, Self.harmless), true)
    }
}
