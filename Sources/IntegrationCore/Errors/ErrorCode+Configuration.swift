/// IE10xx: mistakes in the configuration itself.
extension ErrorCode {
    public static let yamlSyntax = ErrorCode(
        "IE1001", "Not valid YAML",
        explanation: """
            The file does not follow the grammar of YAML, so nothing after this place could be read. Most often it is \
            indentation, a tab, a missing quote, or a value that contains `: ` or starts with one of `{ [ & * ! | > @ `.
            """,
        remedy: "Correct the marked place; put quotes around values that contain special characters.")
    public static let duplicateKey = ErrorCode(
        "IE1002", "Duplicate key",
        explanation: """
            The same key stands twice in one mapping, or in two files that are merged by `include`. One of the two \
            values would silently be lost, so neither is taken.
            """,
        remedy: "Remove or rename one of the two.")
    public static let configurationLimit = ErrorCode(
        "IE1003", "Configuration exceeds a limit",
        explanation: """
            Size, nesting depth and the number of values that aliases may expand to are bounded, so that a hostile or \
            broken file cannot exhaust memory.
            """,
        remedy: "Split the file with `include:`, flatten it, or use fewer aliases.")
    public static let unknownField = ErrorCode(
        "IE1004", "Unknown field",
        explanation: """
            The mapping has a key that its type does not know. A misspelt option would otherwise be ignored in silence \
            and its default used instead.
            """,
        remedy: "Correct the spelling; `integration docs NAME` lists the fields of every type.")
    public static let missingField = ErrorCode(
        "IE1005", "Missing field",
        explanation: "A field that has no default is not written.",
        remedy: "Add the field; `integration docs NAME` shows an example.")
    public static let wrongType = ErrorCode(
        "IE1006", "Wrong type of value",
        explanation: """
            The value is of another kind than the field takes, such as text where a number is meant. YAML is read by \
            the rules of YAML 1.2: only `true` and `false` are booleans, and quoted text is never a number.
            """,
        remedy: "Write the kind of value that the message names.")
    public static let outOfRange = ErrorCode(
        "IE1007", "Value out of range",
        explanation: "The value is of the right kind but smaller or larger than the field allows.",
        remedy: "Choose a value within the bounds that the message names.")
    public static let notAChoice = ErrorCode(
        "IE1008", "Not one of the choices",
        explanation: "The field takes one of a few words, and this is none of them.",
        remedy: "Write one of the words that the message lists.")
    public static let missingUnit = ErrorCode(
        "IE1009", "Missing unit",
        explanation: """
            Durations and sizes carry their unit, because a bare `5` means seconds to one reader and milliseconds to \
            the next.
            """,
        remedy: "Write a duration as `5s`, `100ms`, `2m30s`, `14d`, and a size as `16KiB`, `1MiB`, `1GiB` or `1kB`.")
    public static let malformedValue = ErrorCode(
        "IE1010", "Malformed value",
        explanation: "The value is text that cannot be read as what the field takes, such as a URL without a scheme.",
        remedy: "Correct the value as the message says.")
    public static let conflictingFields = ErrorCode(
        "IE1011", "Fields contradict each other",
        explanation: "Each field by itself is right, but together they cannot hold.",
        remedy: "Keep the one that is meant.")
    public static let deprecatedField = ErrorCode(
        "IE1012", "Deprecated field",
        explanation: "The field still works and will be removed in a later version.",
        remedy: "Write what the message advises instead.")
    public static let unsupportedYAML = ErrorCode(
        "IE1013", "YAML feature that is not used here",
        explanation: """
            Tags of one's own, merge keys (`<<`), several documents in a file, and keys that are not plain text are \
            refused: they make a configuration mean different things to different readers.
            """,
        remedy: "Write the values out, or use `include:` for shared parts.")
    public static let notUTF8 = ErrorCode(
        "IE1014", "Not UTF-8 text",
        explanation: "A configuration is UTF-8 text without control characters; this file holds other bytes.",
        remedy: "Save the file as UTF-8.")

    /// Every IE10xx code.
    public static let allConfiguration: [ErrorCode] = [
        .yamlSyntax, .duplicateKey, .configurationLimit, .unknownField, .missingField, .wrongType, .outOfRange,
        .notAChoice, .missingUnit, .malformedValue, .conflictingFields, .deprecatedField, .unsupportedYAML, .notUTF8,
    ]
}
