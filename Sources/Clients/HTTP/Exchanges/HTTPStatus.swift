public import IntegrationCore

/// What a status of an HTTP response (RFC 9110, section 15) means for a request that was made.
public enum HTTPStatus {
    /// The code of a failure; nil for class 2xx.
    public static func failure(_ status: Int) -> ErrorCode? {
        switch status {
        case 200...299: nil
        case 300...399: .httpRedirected
        case 401, 403, 407: .accessRefused
        case 408, 425, 504: .httpTimeout
        case 429: .httpRateLimited
        case 400...499: .httpRefused
        default: .httpServerError
        }
    }
}
