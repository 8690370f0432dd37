/// The one error type of the engine: what failed, why, and what to do about it.
///
/// Printed as three lines, `Error: …  [CODE]`, `Cause: …`, `Solution: …`.
public struct IntegrationError: Error, Sendable {
    /// What kind of failure this is; decides whether it is retried.
    public var code: ErrorCode
    /// One sentence about this very case.
    public var message: String
    /// Where in the message it happened, as a normalised JSONPath (RFC 9535, 2.7) or `line L, column C`.
    public var path: String?
    /// The step, source or destination that failed, as named in the configuration.
    public var component: String?
    /// How long the other system asked us to wait before the next try.
    public var retryAfter: Duration?
    /// The other system's own code, such as an HTTP status or an SQLSTATE.
    public var nativeCode: String?
    /// The reason below, innermost last.
    public var causes: [String]
    /// What to do, where this case knows better than the code's own remedy.
    public var remedy: String?

    public init(
        _ code: ErrorCode, _ message: String, path: String? = nil, component: String? = nil,
        retryAfter: Duration? = nil, nativeCode: String? = nil, causes: [String] = [], remedy: String? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.component = component
        self.retryAfter = retryAfter
        self.nativeCode = nativeCode
        self.causes = causes
        self.remedy = remedy
    }

    public var isRetryable: Bool { code.isRetryable }
}

extension IntegrationError: CustomStringConvertible {
    public var description: String {
        let subject = component.map { "\($0): " } ?? ""
        let place = path.map { " (at \($0))" } ?? ""
        let cause = causes.isEmpty ? message : ([message] + causes).joined(separator: ": ")
        return """
            Error: \(code.title) [\(code.id)]
            Cause: \(subject)\(cause)\(place)
            Solution: \(remedy ?? code.remedy)
            """
    }
}
