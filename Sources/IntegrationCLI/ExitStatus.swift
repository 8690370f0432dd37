internal import IntegrationCore

/// What a command tells whoever started it; numbers above 63 are those of sysexits.h.
enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 64
    /// The other system could not be reached.
    case unreachable = 69
    /// It may work later.
    case tryAgain = 75
    case badConfiguration = 78

    /// What an error that ended a command comes to.
    init(_ error: IntegrationError) {
        switch error.code {
        case .configurationRefused:
            self = .badConfiguration
            return
        case .storeInUse, .socketInUse:
            self = .tryAgain
            return
        default: break
        }
        switch error.code.retryClass {
        // Nothing tries again by itself, but the other process may end.
        case _ where error.code == .storeInUse: self = .tryAgain
        case .never: self = .failed
        case .connection, .interrupted, .timeout: self = .unreachable
        case .serverError, .rateLimited: self = .tryAgain
        }
    }
}

/// Ends a command with a status; what there is to say has been said already, but for the error.
struct CommandFailure: Error {
    var status: ExitStatus
    /// Printed as Error, Cause and Solution.
    var error: IntegrationError?

    init(_ status: ExitStatus, _ error: IntegrationError? = nil) {
        self.status = status
        self.error = error
    }
}
