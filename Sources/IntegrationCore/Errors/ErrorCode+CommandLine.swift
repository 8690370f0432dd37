/// What goes wrong on the command line.
extension ErrorCode {
    public static let unknownCommand = ErrorCode(
        "IE9001", "Unknown command",
        explanation: "The first words after `integration` name a command; these name none.",
        remedy: "`integration --help` lists the commands.")

    public static let unknownName = ErrorCode(
        "IE9002", "Unknown name",
        explanation: """
            A command was asked about something that does not exist: a type or a part of the configuration (`docs`), an \
            error code (`explain`), or a path in a configuration (`config show`).
            """,
        remedy: "The same command without a name lists what there is.")

    public static let sourcesNeverEnd = ErrorCode(
        "IE9003", "A source never ends",
        explanation: """
            `run --until-idle` ends when every source is at its end. Sources that wait for more (HTTP, timers, files \
            that are followed, brokers) have no end, so the run would never be over.
            """,
        remedy: "Leave `--until-idle` out, or run only the flows whose sources end.")

    public static let inputUnreadable = ErrorCode(
        "IE9004", "Input can't be read",
        explanation: "The file that `-i` names, or standard input, could not be read or is not what was expected.",
        remedy: "Check the path and its permissions, and that the file holds one JSON value.")

    public static let outputNotWritten = ErrorCode(
        "IE9005", "Output can't be written",
        explanation: "Standard output refused what a command wrote: the disk is full, or the reader has gone.",
        remedy: "Make room, or write to somewhere else.")

    public static let deadLettersLeft = ErrorCode(
        "IE9006", "There are dead letters",
        explanation: "Messages went to the dead letters, and `--fail-on-dead-letters` makes that a failed run.",
        remedy: "The summary names their reasons and where they are; `integration explain CODE` says more.")

    public static let commandLineCodes: [ErrorCode] = [
        unknownCommand, unknownName, sourcesNeverEnd, inputUnreadable, outputNotWritten, deadLettersLeft,
    ]
}
