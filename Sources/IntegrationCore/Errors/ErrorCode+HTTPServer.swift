/// What can go wrong where we are the server.
extension ErrorCode {
    public static let addressUnusable = ErrorCode(
        "IE3201", "Address can't be listened on",
        explanation: """
            A server source can't listen on its address: another process does already, the address is not one of this \
            machine, or its port is below 1024 and we may not use it.
            """,
        remedy: "See who listens: `ss -ltnp`. Then stop it, or give the source another `listen`.")

    public static let replyImpossible = ErrorCode(
        "IE3202", "No reply can be made",
        explanation: """
            `reply:` of an HTTP source gives something that can't be sent: a status that is no number from 200 to 599, a \
            header whose name or value holds what headers may not hold, or an expression without a value.
            """,
        remedy: "Try the expression with `integration eval jsonata`, and mend `reply:`.")

    public static let httpServerCodes: [ErrorCode] = [addressUnusable, replyImpossible]
}
