/// The admin API and those who speak with it.
extension ErrorCode {
    public static let requestInvalid = ErrorCode(
        "IE4601", "Request is not understood",
        explanation: "A request to the admin API has a body, a path or a query that does not fit what it asks for.",
        remedy: "`GET /v1/openapi.json` describes every request.")

    public static let routeUnknown = ErrorCode(
        "IE4602", "No such address",
        explanation: "A request names a path that the admin API does not have.",
        remedy: "`GET /v1/openapi.json` lists every path. An engine of another version may have others.")

    public static let methodNotAllowed = ErrorCode(
        "IE4603", "Method does not fit",
        explanation: "The path exists, but not for this method (GET, POST, PUT, DELETE).",
        remedy: "The answer's header `Allow` names the methods.")

    public static let roleTooLow = ErrorCode(
        "IE4604", "Not allowed",
        explanation: """
            Each request needs a role: viewer to look, operator to start, stop and replay, admin to create, delete and \
            reload. Whoever asked has a lower one.
            """,
        remedy: "Ask as somebody who has the role.")

    public static let requestTooLarge = ErrorCode(
        "IE4605", "Request is too large",
        explanation: "The body of a request to the admin API is larger than 64 MiB.",
        remedy: "Send large messages through a source.")

    public static let socketInUse = ErrorCode(
        "IE4606", "An engine runs here already",
        explanation: "The Unix socket of the admin API is being served by another process.",
        remedy: "Stop that engine, or give this one another `storage.path` or `admin: {socket: …}`.")

    public static let socketUnusable = ErrorCode(
        "IE4607", "Socket can't be made",
        explanation: """
            The Unix socket of the admin API can't be made at its path: the path is longer than 107 bytes, the folder \
            is missing or not ours to write to, or something else stands there.
            """,
        remedy: "Name another place: `admin: {socket: /run/user/1000/engine.sock}`.")

    public static let noStorage = ErrorCode(
        "IE4608", "There is no storage",
        explanation: "What was asked for is kept in `storage:`, and the configuration has none.",
        remedy: "Add `storage: {path: ./data}` to the configuration.")

    public static let configurationRefused = ErrorCode(
        "IE4609", "The configuration has mistakes",
        explanation: "A flow was to be created, or the configuration to be reloaded, and what was read has mistakes.",
        remedy: "Mend what the cause shows; nothing was changed, and what ran before runs on.")

    public static let queueUnknown = ErrorCode(
        "IE4610", "No such queue",
        explanation: "A request names a queue that the store does not know.",
        remedy: "`integration queue list` shows those that are there.")

    public static let connectorUnknown = ErrorCode(
        "IE4611", "No such connector",
        explanation: "A request names a connector that the configuration does not declare.",
        remedy: "`integration connector list` shows those that are there.")

    public static let engineUnreachable = ErrorCode(
        "IE9101", "No engine answers", retry: .connection,
        explanation: """
            A command asks a running engine over its Unix socket. It is looked for at `--socket`, at the variable \
            INTEGRATION_SOCKET, and else where the configuration (`--config`, by default integration.yaml) puts it: \
            `engine.sock` in the storage folder.
            """,
        remedy: "Start it: integration run. Or name its configuration with --config, or its socket with --socket.")

    public static let answerBroken = ErrorCode(
        "IE9102", "The engine's answer is not understood",
        explanation: "What came over the engine's socket is not an answer of the admin API.",
        remedy:
            "Check with `integration version` that command and engine are of one version, and what serves the socket.")

    public static let notConfirmed = ErrorCode(
        "IE9103", "Not confirmed",
        explanation:
            "A command that removes something asks first; there was no terminal to ask on, or the answer was no.",
        remedy: "Add --yes to go ahead without being asked.")

    public static let alreadyThere = ErrorCode(
        "IE9104", "There is something there already",
        explanation: "`integration init` makes new files and overwrites none.",
        remedy: "Name another folder, or remove what is there.")

    public static let choiceMissing = ErrorCode(
        "IE9105", "Nothing is chosen",
        explanation: """
            `dlq replay`, `drop` and `export` work on the dead letters whose ids are given, on those that options such \
            as --flow, --code or --where choose, or on all of them with --all; one of the three must be said.
            """,
        remedy: "Give ids, or options such as --code IE2201, or --all.")

    public static let editorFailed = ErrorCode(
        "IE9106", "Editor failed",
        explanation: """
            `dlq edit` opens the editor that VISUAL or EDITOR names, by default vi, on a terminal; it could not be \
            opened or ended with an error. Nothing was changed.
            """,
        remedy: "Set EDITOR, or give the new body with --body FILE.")

    public static let serverCodes: [ErrorCode] = [
        requestInvalid, routeUnknown, methodNotAllowed, roleTooLow, requestTooLarge, socketInUse, socketUnusable,
        noStorage, configurationRefused, queueUnknown, connectorUnknown, engineUnreachable, answerBroken, notConfirmed,
        alreadyThere,
        choiceMissing,
        editorFailed,
    ]
}
