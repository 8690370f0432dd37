internal import Glibc

/// The system's error numbers, as far as they say different things about a connection.
enum Errno {
    case refused, unreachable, timedOut, reset, other

    init(_ code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL: self = .unreachable
        case ETIMEDOUT: self = .timedOut
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: self = .reset
        default: self = .other
        }
    }
}
