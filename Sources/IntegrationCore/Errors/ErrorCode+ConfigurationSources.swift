/// IE102x and IE103x: where the values of a configuration come from.
extension ErrorCode {
    public static let variableNotSet = ErrorCode(
        "IE1020", "Environment variable is not set",
        explanation: """
            `${NAME}` takes the value of an environment variable, and there is none of that name. `${NAME:-default}` \
            gives a default, `${NAME:?message}` a message of your own.
            """,
        remedy: "Set the variable, or write a default: `${NAME:-default}`.")
    public static let secretNotFound = ErrorCode(
        "IE1021", "Secret not found",
        explanation: """
            `${secret:name}` is looked for in the environment (`NAME` in capitals, `-` and `.` as `_`), in \
            `$CREDENTIALS_DIRECTORY`, in `/run/secrets`, and in the `secrets` folder beside the configuration.
            """,
        remedy: "Provide the secret in one of these places.")
    public static let secretTooOpen = ErrorCode(
        "IE1022", "Secret file is readable by others",
        explanation: """
            A file that holds a secret must be readable by its owner alone (mode 0600), except below `/run/secrets` \
            and `$CREDENTIALS_DIRECTORY`, which the system itself protects.
            """,
        remedy: "Run `chmod 600` on the file.")
    public static let malformedInterpolation = ErrorCode(
        "IE1023", "Malformed ${…}",
        explanation: """
            `${` starts one of `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${secret:name}` and `${file:path}`. \
            A literal `${` is written `$${`.
            """,
        remedy: "Close the brace and use one of these forms, or write `$${` for the characters themselves.")
    public static let referencedFileUnreadable = ErrorCode(
        "IE1024", "A file named in ${file:…} cannot be read",
        explanation: "The file does not exist, may not be read, is larger than 1 MiB or is not UTF-8 text.",
        remedy: "Check the path, which is relative to the folder of the file that names it, and its permissions.")
    public static let configurationUnreadable = ErrorCode(
        "IE1030", "Configuration cannot be read",
        explanation: "The file or folder does not exist, may not be read, or is a folder without YAML files.",
        remedy: "Check the path and its permissions; `integration init` writes a first configuration.")
    public static let includeMatchesNothing = ErrorCode(
        "IE1031", "Include matches nothing",
        explanation: "A pattern in `include:` matches no file. That may be meant, so it is only a warning.",
        remedy: "Correct the pattern, which is relative to the folder of the file that names it, or remove it.")
    public static let includeMissing = ErrorCode(
        "IE1032", "Included file is missing",
        explanation: "`include:` names a file without `*` or `?`, and there is none.",
        remedy: "Correct the path, which is relative to the folder of the file that names it.")
    public static let malformedOverride = ErrorCode(
        "IE1033", "Malformed --set",
        explanation: "`--set` takes a path of keys and a YAML value: `--set flows.order-sync.source.batch_size=10`.",
        remedy: "Write `--set key.key=value`; list entries are counted from 0.")

    /// Every IE102x and IE103x code.
    public static let allConfigurationSources: [ErrorCode] = [
        .variableNotSet, .secretNotFound, .secretTooOpen, .malformedInterpolation, .referencedFileUnreadable,
        .configurationUnreadable, .includeMatchesNothing, .includeMissing, .malformedOverride,
    ]
}
