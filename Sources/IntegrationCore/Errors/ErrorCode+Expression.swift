extension ErrorCode {
    /// The text of an expression is not valid.
    public static let expressionInvalid = ErrorCode(
        "IE2301", "Expression is not valid",
        explanation: """
            The text of a JSONata expression, or of a {{ … }} part, can't be understood. The native code (S…) is the one \
            that jsonata-js gives for the same text, and the caret stands under the place.
            """,
        remedy: "Correct the expression where the caret points; `integration eval` tries it on a message.")

    /// An operator or a function was given a value of the wrong type.
    public static let expressionType = ErrorCode(
        "IE2302", "Expression met a value of the wrong type",
        explanation: """
            An expression compared, added or passed on a value of a type that the operator or function does not take, \
            such as a comparison of a string with a number. A field that is missing is no type error: it gives no value.
            """,
        remedy: """
            Convert the value ($number, $string), or test it first, such as \
            `$type(total) = "number" and total >= 1000`.
            """)

    /// An expression failed while it was evaluated.
    public static let expressionFailed = ErrorCode(
        "IE2303", "Expression failed",
        explanation: """
            A function of an expression refused a value, such as $number("abc"), or the expression itself called $error \
            or $assert. The native code (D…) says which.
            """,
        remedy: "Look at the value in the message; guard the call with a condition where such values are expected.")

    /// An expression used up its steps, depth, time or output.
    public static let expressionBudget = ErrorCode(
        "IE2304", "Expression used up its budget",
        explanation: """
            The evaluation was stopped because it took too many steps, nested too deeply, took too long or made too \
            large a result. Endless recursion ends here, and so do expressions that multiply large arrays.
            """,
        remedy: """
            Let recursive functions call themselves last (a call in tail position needs no depth), filter arrays before \
            joining them, or raise the budget of the step.
            """)

    /// A part of an interpolated text gives no value.
    public static let templateWithoutValue = ErrorCode(
        "IE2305", "Text has a part without a value",
        explanation: """
            A {{ … }} part in the middle of a text found nothing, or null. Leaving it empty would make another text than \
            was meant, such as the URL /customers/ for a customer without an id.
            """,
        remedy: "Correct the path, or say what to put there instead: `{{ id ?? \"none\" }}`.")

    /// Every code of expressions.
    public static let expressionCodes: [ErrorCode] = [
        expressionInvalid, expressionType, expressionFailed, expressionBudget, templateWithoutValue,
    ]
}
