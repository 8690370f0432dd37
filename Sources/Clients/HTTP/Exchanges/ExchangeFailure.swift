internal import AsyncHTTPClient
internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL

/// Says what a failed exchange means, in words that a person understands.
struct ExchangeFailure {
    let request: HTTPRequest
    let options: HTTPTransportOptions
    let timeout: Duration
    /// How many bytes of the answer's body came; nil where nothing of the answer did.
    let progress: Int?

    /// `api.example.com:443`.
    private var peer: String { "\(request.address.hostText):\(request.address.port)" }

    func translate(_ error: any Error) -> IntegrationError {
        switch error {
        case let error as IntegrationError: error
        case let error as ExchangeError: exchange(error)
        case let error as HTTPClientError: client(error)
        case let error as NIOConnectionError: connection(error)
        case let error as IOError: system(error)
        case ChannelError.connectTimeout: connectTimedOut
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            untrusted()
        case let error as AnswerIntake.TooLarge:
            IntegrationError(.answerTooLarge, "the answer of \(peer) is too large: \(error.limit)")
        case NIOHTTPDecompression.DecompressionError.limit:
            IntegrationError(
                .answerTooLarge,
                "the answer of \(peer) unpacks to more than \(ByteCount(options.maximumAnswer))")
        case let error as NIOHTTPDecompression.ExtraDecompressionError where error == .truncatedData:
            IntegrationError(.connectionCut, "the packed answer of \(peer) ends too early")
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            IntegrationError(.httpAnswerInvalid, "the answer of \(peer) can't be unpacked", causes: ["\(error)"])
        case HTTPParserError.headerOverflow:
            IntegrationError(
                .httpAnswerInvalid, "the answer of \(peer) has more headers than are read (256, 80 KiB each)")
        case let error as HTTPParserError:
            isCut(error)
                ? cut
                : IntegrationError(
                    .httpAnswerInvalid, "what \(peer) answers is no HTTP", causes: ["\(error)"])
        case is CancellationError: givenUp
        default:
            IntegrationError(.connectionCut, "the exchange with \(peer) failed", causes: ["\(error)"])
        }
    }

    private func isCut(_ error: HTTPParserError) -> Bool {
        if case .invalidEOFState = error { true } else { false }
    }

    private func exchange(_ error: ExchangeError) -> IntegrationError {
        switch error {
        case .connectTimedOut: connectTimedOut
        case .tlsTimedOut:
            IntegrationError(
                .connectTimedOut,
                "\(peer) did not agree upon TLS within \(options.connectTimeout.configurationText)")
        case .noConnection:
            IntegrationError(
                .connectTimedOut,
                """
                no connection to \(peer) became free within \(options.connectTimeout.configurationText): all \
                \(options.maximumConnections) are busy, or none can be opened
                """)
        case .timedOut: timedOut
        case .closed, .neverSent: cut
        case .givenUp: givenUp
        }
    }

    private func client(_ error: HTTPClientError) -> IntegrationError {
        switch error {
        case .proxyAuthenticationRequired:
            return IntegrationError(
                .accessRefused, "the proxy demands credentials", nativeCode: "407",
                remedy: "Use a proxy that needs none, or none at all.")
        case .invalidProxyResponse:
            return IntegrationError(.connectionRefused, "the proxy would not connect us to \(peer)")
        default: break
        }
        switch error.shortDescription {
        case "Invalid header field names", "Invalid header field values":
            return IntegrationError(.httpRequestInvalid, "a header holds a character that no header may hold")
        case "Invalid URL", "Empty host":
            return IntegrationError(.httpRequestInvalid, "\(request.address.shown) is no usable URL")
        default:
            return IntegrationError(
                .connectionCut, "the exchange with \(peer) failed", causes: [error.shortDescription])
        }
    }

    private func connection(_ error: NIOConnectionError) -> IntegrationError {
        if let first = error.connectionErrors.first?.error {
            if let failure = first as? IOError { return system(failure) }
            if case ChannelError.connectTimeout = first { return connectTimedOut }
            return IntegrationError(
                .connectionRefused, "\(peer) can't be reached", causes: ["\(first)"])
        }
        return IntegrationError(
            .hostUnknown, "`\(request.address.host)` can't be resolved",
            remedy: "Check the name with `getent hosts \(request.address.host)` on this machine.")
    }

    private func system(_ error: IOError) -> IntegrationError {
        let native = "errno \(error.errnoCode)"
        switch Errno(error.errnoCode) {
        case .refused:
            return IntegrationError(
                .connectionRefused, "\(peer) refuses connections: nothing listens there", nativeCode: native)
        case .unreachable:
            return IntegrationError(.connectionRefused, "there is no way to \(peer)", nativeCode: native)
        case .timedOut: return connectTimedOut
        case .reset: return cut
        case .other:
            return IntegrationError(.connectionCut, "the exchange with \(peer) failed", causes: ["\(error)"])
        }
    }

    // MARK: Kinds

    func untrusted(_ reason: String...) -> IntegrationError {
        IntegrationError(.tlsFailed, "no trusted connection to \(peer)", causes: reason)
    }

    private var connectTimedOut: IntegrationError {
        IntegrationError(
            .connectTimedOut, "\(peer) did not accept a connection within \(options.connectTimeout.configurationText)")
    }

    private var timedOut: IntegrationError {
        guard let progress else {
            return IntegrationError(
                .answerTimedOut, "\(peer) gave no answer within \(timeout.configurationText)")
        }
        return IntegrationError(
            .answerTimedOut,
            "the answer of \(peer) was not complete within \(timeout.configurationText) (\(progress) bytes came)")
    }

    private var cut: IntegrationError {
        guard let progress else {
            return IntegrationError(.connectionCut, "\(peer) closed the connection without an answer")
        }
        return IntegrationError(
            .connectionCut, "\(peer) closed the connection in the middle of its answer (\(progress) bytes came)")
    }

    private var givenUp: IntegrationError {
        IntegrationError(.connectionCut, "the request to \(peer) was given up: whoever made it is stopping")
    }
}
