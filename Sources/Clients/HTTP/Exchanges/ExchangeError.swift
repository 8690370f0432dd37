internal import AsyncHTTPClient

/// Why an exchange ends without an answer, where neither the system nor a parser says it.
enum ExchangeError: Error, Equatable {
    /// All connections stayed busy.
    case noConnection
    case connectTimedOut
    /// The connection stood, but TLS was not agreed upon in time.
    case tlsTimedOut
    /// The answer was not complete in time.
    case timedOut
    /// The other side closed the connection.
    case closed
    /// A connection that was kept had closed before anything was written to it.
    case neverSent
    case givenUp

    /// What the library says, where it is one of these.
    init?(_ error: HTTPClientError) {
        switch error {
        case .getConnectionFromPoolTimeout: self = .noConnection
        case .connectTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout: self = .connectTimedOut
        case .tlsHandshakeTimeout: self = .tlsTimedOut
        case .deadlineExceeded, .readTimeout, .writeTimeout: self = .timedOut
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: self = .closed
        case .cancelled, .alreadyShutdown: self = .givenUp
        default: return nil
        }
    }
}
