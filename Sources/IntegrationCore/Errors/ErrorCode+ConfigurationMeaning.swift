/// IE104x and IE105x: types and names, and what a flow needs to run.
extension ErrorCode {
    public static let unknownType = ErrorCode(
        "IE1040", "Unknown type",
        explanation: "`type:` names a source, destination, step, connector, service or codec that does not exist.",
        remedy: "Correct the name; `integration list` shows every type.")
    public static let notInThisBuild = ErrorCode(
        "IE1041", "Not in this build",
        explanation: """
            The type is known and its fields are checked, but this build of the program does not contain it. `check` \
            warns; `run` refuses with exit code 78.
            """,
        remedy: "Use a build that contains it, or another type.")
    public static let ambiguousName = ErrorCode(
        "IE1050", "A name means two things",
        explanation: "Two things of different kinds bear the same name, and the place where it is used allows both.",
        remedy: "Say which one is meant, such as `queue:orders`, or rename one of them.")
    public static let unresolvedName = ErrorCode(
        "IE1051", "Nothing bears this name",
        explanation: """
            A name refers to something that is not declared. A template, schema or service that no section declares may \
            stand in another file, so `check` warns about it; `run` refuses with exit code 78.
            """,
        remedy: "Declare it, include the file that does, or correct the spelling.")
    public static let implicitQueue = ErrorCode(
        "IE1052", "Queue is created on the spot",
        explanation: """
            A queue source, a `dlq` or a route names a queue that `queues:` does not declare. It is created with the \
            default limits.
            """,
        remedy: "Declare it under `queues:` if that is what you want: `queues: {NAME: {}}`.")
    public static let noDestination = ErrorCode(
        "IE1053", "Flow has no destination",
        explanation: """
            The flow has neither a `destination` nor a last step that routes. `check` warns, because the sample may be \
            a fragment; `run` refuses with exit code 78.
            """,
        remedy: "Add `destination:`, a `route` step at the end, or `destination: {type: drop}`.")
    public static let noSource = ErrorCode(
        "IE1054", "Flow has no source",
        explanation: "A flow takes its messages from one `source` or from several `sources`.",
        remedy: "Add `source:`.")
    public static let stateInMemory = ErrorCode(
        "IE1055", "State lives in memory",
        explanation: """
            Without `storage:` nothing is kept over a restart: queues and dead letters are lost, and a file source reads \
            from the beginning on every run.
            """,
        remedy: "Add `storage: {path: ./data}` to keep state.")
    public static let needsStorage = ErrorCode(
        "IE1056", "Needs storage",
        explanation: "What is asked for can only be kept if the program has a place to keep it.",
        remedy: "Add `storage: {path: ./data}`.")
    public static let cannotBrowse = ErrorCode(
        "IE1057", "Dead letters cannot be browsed",
        explanation: """
            `dlq` names something other than a queue. Each dead letter becomes one JSON envelope there; listing, editing \
            and replaying need a queue.
            """,
        remedy: "Name a queue in `dlq` if dead letters should be browsed and replayed.")
    public static let flowCycle = ErrorCode(
        "IE1058", "Flows call each other in a circle",
        explanation: "A synchronous `call` leads back to the flow it started from, and would never end.",
        remedy: "Break the circle, or hand over through a queue: `destination: FLOW`.")
    public static let contradictsItself = ErrorCode(
        "IE1059", "Name is declared twice",
        explanation: "Two declarations that share one space of names bear the same name.",
        remedy: "Rename one of them.")
    public static let conditionsMayNotCover = ErrorCode(
        "IE1060", "Conditions may not cover every value",
        explanation: """
            The conditions of a route step compare one field with numbers and leave some out, and the step does not \
            say what happens to those: they fail and go to the dead letters.
            """,
        remedy: "Correct the conditions, or add `otherwise: fail`, `otherwise: drop` or a destination.")
    public static let doubtfulExpression = ErrorCode(
        "IE1062", "Expression may not say what is meant",
        explanation: """
            The expression is right, but most likely not what was meant: it names a variable that nothing binds, or it \
            gives an array that becomes its only element where it has just one (JSONata collapses such arrays).
            """,
        remedy: "Write what the message suggests, such as `items[]` to keep an array.")
    public static let limitWithoutEffect = ErrorCode(
        "IE1061", "Limit has no effect",
        explanation: """
            `timeout` and `concurrency` beside a step bound how long and how often at once it waits for something \
            else, such as the service of an `enrich` step. A step that works on the message alone never waits, so \
            there is nothing to bound. `check` warns, and the step runs as if they were not there.
            """,
        remedy: "Remove them, or move them to the step that asks a service.")
    public static let weakerPromise = ErrorCode(
        "IE1063", "Messages may be lost here",
        explanation: """
            What is written gives up a part of what is promised otherwise: a queue, an exchange or a message that does \
            not outlive a restart of the broker, an answer that nobody waits for, or a source that can't hand anything \
            over again. It may be meant, so it is only a warning.
            """,
        remedy: "Leave the option out, unless losing messages is acceptable there.")

    /// Every IE104x, IE105x and IE106x code.
    public static let allConfigurationMeaning: [ErrorCode] = [
        .unknownType, .notInThisBuild, .ambiguousName, .unresolvedName, .implicitQueue, .noDestination, .noSource,
        .stateInMemory, .needsStorage, .cannotBrowse, .flowCycle, .contradictsItself,
        .conditionsMayNotCover, .limitWithoutEffect, .doubtfulExpression, .weakerPromise,
    ]
}
