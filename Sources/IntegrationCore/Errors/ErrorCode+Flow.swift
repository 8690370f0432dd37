/// Failures of flows and of the engine itself.
extension ErrorCode {
    public static let deadLettersFull = ErrorCode(
        "IE4001", "Dead letters are full", retry: .serverError,
        explanation: """
            Without a `dlq` that names a destination, dead letters are kept in memory, up to 64 MiB. When that is full \
            the flow holds back: it neither acknowledges nor drops, and stops reading.
            """,
        remedy: "Name a `dlq` in the flow's `error_handling`, such as a file destination, and look at what fails.")

    public static let brakeFell = ErrorCode(
        "IE4002", "The brake stopped the flow",
        explanation: """
            Too many of the last messages failed for good (`brake`, by default 100 of 100). Something is wrong that no \
            dead letter mends, such as a wrong schema or a changed format, so the flow stopped itself rather than \
            move everything to the dead letters.
            """,
        remedy: "Look at the newest dead letters, mend the cause, replay them and start the flow again.")

    public static let stepFailed = ErrorCode(
        "IE4003", "Flow execution failed",
        explanation: "A step failed in a way that it did not explain. This is a defect of the step.",
        remedy: "Report it together with the dead letter.")

    public static let destinationFailed = ErrorCode(
        "IE4004", "Destination failed", retry: .serverError,
        explanation: "A destination failed in a way that it did not explain.",
        remedy: "Look at the destination's own log.")

    public static let calledFlowFailed = ErrorCode(
        "IE4005", "The called flow refused the message",
        explanation:
            "A message was handed to another flow by `call`, and that flow's steps or destinations refused it.",
        remedy: "The cause names the step of the called flow; mend it there.")

    public static let cannotBuild = ErrorCode(
        "IE4006", "Flow can't be built",
        explanation: """
            A flow names something that does not exist (a destination, a service, a template, a schema), or a part of \
            it can't be compiled.
            """,
        remedy: "Correct what the cause names; `integration check` finds it before anything runs.")

    public static let stoppedByFailure = ErrorCode(
        "IE4007", "A failed message stopped the flow",
        explanation: "A message failed for good, and the flow says `error_handling: {type: retry_then_stop}`.",
        remedy: "Mend the cause that is named and start the flow again: the message stayed with its source.")

    public static let flowUnknown = ErrorCode(
        "IE4008", "No such flow",
        explanation: "A command or a call names a flow that the engine does not have.",
        remedy: "Look at the list of flows for its name.")

    public static let flowExists = ErrorCode(
        "IE4009", "Flow exists or runs already",
        explanation: "A flow can't be created under a name that is taken, started twice, or deleted while it runs.",
        remedy: "Stop or delete the other one first, or take another name.")

    public static let engineNotRunning = ErrorCode(
        "IE4010", "The engine is not running",
        explanation: "Flows can only be started while the engine runs and has not been told to stop.",
        remedy: "Start the engine first.")

    public static let calledFlowNotRunning = ErrorCode(
        "IE4011", "The called flow is not running", retry: .connection,
        explanation: "A message is handed to another flow by `call`, and that flow has stopped or has not started yet.",
        remedy: "Start the flow that is called; the message is tried again by itself.")

    public static let flowNotRunning = ErrorCode(
        "IE4014", "The flow is not running",
        explanation: "A flow can be paused, resumed and given messages only while it runs.",
        remedy: "`integration flow list` shows its state; `integration flow start NAME` starts it.")

    public static let reloadFailed = ErrorCode(
        "IE4015", "Nothing was reloaded",
        explanation: """
            A reload is a transaction: everything is built, the old flows are drained, the new ones are started. \
            Something of it failed, and what ran before runs on.
            """,
        remedy: "Mend what the cause names and save or reload again.")

    public static let stepTimedOut = ErrorCode(
        "IE4012", "A step took too long", retry: .timeout,
        explanation: """
            A step worked on a batch for longer than the `timeout` beside it allows, most often because the service \
            that it asks did not answer. Its work was cut off, and every message of the batch counts as tried.
            """,
        remedy: "The messages are tried again by themselves; look at the service, or raise the step's `timeout`.")

    public static let destinationClosedOff = ErrorCode(
        "IE4013", "Closed off for now", retry: .connection,
        explanation: """
            A destination, or a service that a step asks, could not be reached or failed too often, so one batch at a time \
            finds out whether it is back, and the rest waits: in the destination's outbox where the flow has others, \
            otherwise with the source, which is not read meanwhile. That counts as no try of the messages.
            """,
        remedy: "Look at the error that was logged when it was closed off; `integration connector status` shows it too."
    )

    public static let flowCodes: [ErrorCode] = [
        deadLettersFull, brakeFell, stepFailed, destinationFailed, calledFlowFailed, cannotBuild,
        stoppedByFailure, flowUnknown, flowExists, engineNotRunning, calledFlowNotRunning, stepTimedOut,
        destinationClosedOff, flowNotRunning, reloadFailed,
    ]
}
