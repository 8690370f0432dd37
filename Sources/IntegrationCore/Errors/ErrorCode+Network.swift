/// What can go wrong between us and another system, whatever protocol is spoken.
extension ErrorCode {
    public static let hostUnknown = ErrorCode(
        "IE3001", "Name can't be resolved", retry: .connection,
        explanation: "The host's name has no address: it may be misspelled, or the name server is away.",
        remedy: "Check the name with `getent hosts NAME` on this machine.")

    public static let connectionRefused = ErrorCode(
        "IE3002", "Connection refused", retry: .connection,
        explanation: """
            Nothing accepts connections at that address and port, or they can't be reached, or they are ended before \
            anything was asked for. Messages wait until the system is back; this uses up none of their tries.
            """,
        remedy: "Check address and port, and that the system is up.")

    public static let accessRefused = ErrorCode(
        "IE3003", "Connection failed", retry: .connection,
        explanation: """
            The other system does not accept who we say we are (such as HTTP 401, 403 or 407). That is no message's \
            fault: they wait, and the system is asked again now and then.
            """,
        remedy: "Check the credentials of the connector, and what they may do.")

    public static let connectionCut = ErrorCode(
        "IE3004", "Connection was cut", retry: .interrupted,
        explanation: """
            The connection ended in the middle of an exchange. Whether the other system did what was asked is not \
            known, so the message is sent again under the same id.
            """,
        remedy: "If it goes on, look at the other system and at what stands between.")

    public static let tlsFailed = ErrorCode(
        "IE3005", "No trusted connection", retry: .connection,
        explanation: """
            TLS could not be agreed upon: the certificate is of another host, has expired, is signed by nobody we \
            trust, or ours is missing or refused, or no version of the protocol is common to both.
            """,
        remedy: "Compare `tls:` of the connector with the certificate: `integration connector test NAME` shows both.")

    public static let answerTimedOut = ErrorCode(
        "IE3006", "No answer in time", retry: .timeout,
        explanation: "The other system did not answer within `timeout`. Whether it did what was asked is not known.",
        remedy: "Look at the other system, or raise `timeout`.")

    public static let connectTimedOut = ErrorCode(
        "IE3007", "No connection in time", retry: .connection,
        explanation: """
            Nothing answered at that address within `connect_timeout`, not even with a refusal; or somebody took the \
            connection and then did not say who he is. Messages wait; this uses up none of their tries.
            """,
        remedy: "Check the address, and firewalls on the way.")

    public static let answerTooLarge = ErrorCode(
        "IE3008", "Answer is too large",
        explanation: "The other system's answer is larger than is allowed, or unpacks to more than that.",
        remedy: "Raise `max_response` of the connector if such answers are meant.")

    public static let addressForbidden = ErrorCode(
        "IE3009", "Address is not allowed",
        explanation: """
            An address that came from a message leads to this machine, a private network or another place that \
            messages may not choose (server-side request forgery).
            """,
        remedy: "Allow the host in the configuration if messages may lead there.")

    public static let networkCodes: [ErrorCode] = [
        hostUnknown, connectionRefused, accessRefused, connectionCut, tlsFailed, answerTimedOut, connectTimedOut,
        answerTooLarge, addressForbidden,
    ]
}
