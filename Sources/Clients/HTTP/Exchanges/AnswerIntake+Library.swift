internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

extension AnswerIntake {
    /// Takes the body of an answer of the library in.
    ///
    /// The library's own deadline ends with the head of the answer. From then on the deadline is looked at as often as a
    /// part comes, and a silent server is given up by the connection's read timeout; only where `isExact` does a timer
    /// stand beside it, which costs as much as the rest of an exchange.
    ///
    /// - Throws: `TooLarge`; what the connection throws; `HTTPClientError.deadlineExceeded`.
    func take(bodyOf response: HTTPClientResponse, until deadline: NIODeadline, isExact: Bool) async throws {
        begin(response.headers)
        if response.headers.first(name: "content-length") == "0" || response.status == .noContent { return }
        guard isExact else { return try await take(response, until: deadline) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.take(response, until: deadline) }
            group.addTask {
                let rest: TimeAmount = deadline - NIODeadline.now()
                try await Task.sleep(nanoseconds: UInt64(max(0, rest.nanoseconds)))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func take(_ response: HTTPClientResponse, until deadline: NIODeadline) async throws {
        for try await part in response.body {
            try take(part)
            guard NIODeadline.now() <= deadline else { throw HTTPClientError.deadlineExceeded }
        }
        // A sequence that is cancelled ends as if it were complete.
        try Task.checkCancellation()
    }
}
