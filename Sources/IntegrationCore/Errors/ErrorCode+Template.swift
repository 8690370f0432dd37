extension ErrorCode {
    /// Paths and templates: `IE21…`.
    public static let templateCodes: [ErrorCode] = [
        .invalidPath, .invalidTemplate, .templateValueMissing, .templateValueUnsuitable, .pathBudgetExceeded,
    ]

    public static let invalidPath = ErrorCode(
        "IE2101", "A JSONPath is not valid",
        explanation: """
            A text that begins with `$` is a JSONPath (RFC 9535), optionally followed by a projection such as \
            `.{id: productId}`. This one breaks the grammar at the column that the message names, or uses a function \
            with arguments of the wrong type.
            """,
        remedy: """
            Correct the path at that column. A name with other characters than letters, digits and `_` is quoted: \
            `$['first name']`. A text that is meant to begin with a dollar sign begins with two: `$$100`.
            """)

    public static let invalidTemplate = ErrorCode(
        "IE2102", "A template is not valid",
        explanation: """
            A node of the template's mapping can't be understood: an unknown `$…` key, a `$as` that names no type, a \
            default without a path, an expression that is not closed, or a mapping that is nested too deeply.
            """,
        remedy: """
            Keys with a meaning are $path, $default, $as, $missing and $literal. A member whose name begins with a \
            dollar sign is written with two: `$$ref`.
            """)

    public static let templateValueMissing = ErrorCode(
        "IE2103", "A value that the template demands is missing",
        explanation: """
            The path of this key selects nothing in the message, and the template says `missing: error` for it.
            """,
        remedy: """
            Correct the message or the path, give the key a `$default`, or let it be left out with `$missing: omit`.
            """)

    public static let templateValueUnsuitable = ErrorCode(
        "IE2104", "A value can't be turned into the type that the template asks for",
        explanation: """
            `$as` turns numbers and booleans into texts and back, and only where nothing is lost: `"12"` becomes 12, \
            `"12 pieces"` does not become a number. A text with `{{ … }}` inside can't hold an array or an object.
            """,
        remedy: "Correct the message, leave `$as` away, or compute the value with an expression.")

    public static let pathBudgetExceeded = ErrorCode(
        "IE2105", "A path takes too much work",
        explanation: """
            Paths with `..`, filters or patterns can take work that grows much faster than the message. Every evaluation \
            has a budget of steps and of selected values, and this one used it up on this message.
            """,
        remedy: """
            Make the path more exact: names instead of `..`, one `..` instead of two, an anchored pattern. The message \
            itself may be hostile: look at it before it is replayed.
            """)
}
