/// Failures of standard input and output.
extension ErrorCode {
    public static let outputClosed = ErrorCode(
        "IE5007", "Output is closed",
        explanation: """
            Whoever read our output has gone, as `head` does when it has seen enough (EPIPE). Nothing that was written \
            since can have been read; it is not acknowledged, and trying again changes nothing.
            """,
        remedy: "Let the reader take everything, or write to a file.")

    public static let streamFailed = ErrorCode(
        "IE5008", "Standard input or output failed",
        explanation: "Standard input could not be read, or standard output not be written: it may be closed.",
        remedy: "Check what it was connected to when the engine was started.")

    public static let streamCodes: [ErrorCode] = [outputClosed, streamFailed]
}
