/// What the guard around a connector's requests can say.
extension ErrorCode {
    public static let tooManyRequests = ErrorCode(
        "IE3020", "Too many requests wait", retry: .rateLimited,
        explanation: """
            A request was not made, because more of them wait for a permit of the connector than `bulkhead` allows, or \
            because it had waited as long as it may.
            """,
        remedy: "Raise `max_waiting` or `max_wait` of the connector's `bulkhead`, or read fewer messages at once.")

    public static let answersMissing = ErrorCode(
        "IE3021", "Service did not answer for every key", retry: .serverError,
        explanation: "A service gave fewer or more answers than it was asked for, so that none can be told apart.",
        remedy: "That is a fault of the service's connector: report it, with the service's configuration.")

    public static let noConnection = ErrorCode(
        "IE3022", "No connection is free", retry: .rateLimited,
        explanation: """
            Every connection of the pool is in use, and none came free in time; or more callers wait for one than may.
            """,
        remedy: "Raise `max_connections` of the connector's `pool`, or read fewer messages at once.")

    public static let guardCodes: [ErrorCode] = [tooManyRequests, answersMissing, noConnection]
}
