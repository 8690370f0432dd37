/// What an HTTP server answered, where it is not what was hoped for (RFC 9110, section 15).
extension ErrorCode {
    public static let httpRefused = ErrorCode(
        "IE3101", "The server refused the request",
        explanation: "The server answered with a status of class 4xx: it will not take this request as it is.",
        remedy: "Read what the server said, and mend the message or the destination's options.")

    public static let httpRateLimited = ErrorCode(
        "IE3102", "The server asks us to slow down", retry: .rateLimited,
        explanation: "The server answered 429, or 503 with `Retry-After`. The message is tried again after the wait.",
        remedy: "Give the connector a `rate_limit` that the server accepts.")

    public static let httpTimeout = ErrorCode(
        "IE3103", "The server ran out of time", retry: .timeout,
        explanation: "The server answered 408, 425 or 504: it, or one behind it, gave up waiting.",
        remedy: "Look at the server; the message is tried again.")

    public static let httpServerError = ErrorCode(
        "IE3104", "The server failed", retry: .serverError,
        explanation: "The server answered with a status of class 5xx.",
        remedy: "Look at the server's log; the message is tried again.")

    public static let httpRedirected = ErrorCode(
        "IE3105", "The server sent us elsewhere",
        explanation: "The server answered with a redirect (3xx), which is not followed unless `redirects` allows it.",
        remedy: "Write the new address into the configuration, or allow redirects.")

    public static let httpAnswerInvalid = ErrorCode(
        "IE3106", "The server's answer makes no sense", retry: .serverError,
        explanation: """
            What came back is no HTTP, ends too early, or is not of the form that the configuration expects, such as a \
            page of HTML where JSON was asked for.
            """,
        remedy: "Check that the address is that of the service, and not of a proxy or a login page before it.")

    public static let httpRequestInvalid = ErrorCode(
        "IE3107", "No request can be made of the message",
        explanation: """
            A value of the message can't stand where the configuration puts it: a line break in a header, an empty or \
            dotted segment in a path, an address that is no `http` or `https` URL. Nothing was sent.
            """,
        remedy: "Mend the message, or the expression that the error names.")

    public static let cloudEventInvalid = ErrorCode(
        "IE3108", "Not a CloudEvent",
        explanation: """
            A message that says it is an event (CloudEvents 1.0) lacks one of `id`, `source`, `specversion` and `type`, \
            is of another version, or can't be read. Whoever sent it is told so; nothing of it was taken in. In a \
            destination, an attribute came out empty.
            """,
        remedy: "Mend what is named at the sender, or in the destination's `cloudevents`."
    )

    public static let httpCodes: [ErrorCode] = [
        httpRefused, httpRateLimited, httpTimeout, httpServerError, httpRedirected, httpAnswerInvalid,
        httpRequestInvalid, cloudEventInvalid,
    ]
}
