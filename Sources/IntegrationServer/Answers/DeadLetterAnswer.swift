internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationStore

/// A dead letter as a list shows it.
struct DeadLetterSummaryAnswer: Answer {
    static let title = "DeadLetterSummary"
    static let members: [Member<DeadLetterSummaryAnswer>] = [
        .text("id", "The dead letter's id.") { "\($0.stored.id)" },
        .text("message", "The id of the message.") { "\($0.stored.letter.message)" },
        .text("queue", "The dead-letter queue.") { $0.stored.letter.queue },
        .text("flow", "The flow that it failed in.") { $0.stored.letter.flow },
        .text("step", "The source, step or destination that refused it.") { $0.stored.letter.step },
        .text("code", "The error's code.") { $0.stored.letter.code },
        .text("reason", "One sentence: why.") { $0.stored.letter.reason },
        .text("path", "Where in the message.") { $0.stored.letter.path },
        .integer("attempts", "Tries, the last one included.") { $0.stored.letter.attempts },
        .time("failed", "When it failed for good.") { $0.stored.letter.failed },
        .number("age_seconds", "How long ago that was.") { ($0.now - $0.stored.letter.failed) / .seconds(1) },
        .integer("bytes", "The size of the body that came in.") { $0.stored.size },
        .bool("edited", "Whether the body was replaced by hand.") { $0.stored.isEdited },
    ]
    let stored: StoredDeadLetter
    /// Wall time since 1970.
    let now: Duration
}

struct DeadLetterListAnswer: Answer {
    static let title = "DeadLetterList"
    static let members: [Member<DeadLetterListAnswer>] = [
        .objects("items", "The dead letters, newest first.") { answer in
            answer.items.map { DeadLetterSummaryAnswer(stored: $0, now: answer.now) }
        },
        .text("next", "`before` of the next page; null at the end.") { $0.next.map { "\($0)" } },
    ]
    let items: [StoredDeadLetter]
    let next: MessageID?
    let now: Duration
}

/// A dead letter whole.
struct DeadLetterAnswer: Answer {
    static let title = "DeadLetter"
    static let members: [Member<DeadLetterAnswer>] = [
        .text("id", "The dead letter's id.") { "\($0.stored.id)" },
        .text("message", "The id of the message.") { "\($0.letter.message)" },
        .text("queue", "The dead-letter queue.") { $0.letter.queue },
        .text("flow", "The flow that it failed in.") { $0.letter.flow },
        .text("flow_version", "The version of the flow.") { $0.letter.flowVersion },
        .text("source", "Where it came in.") { $0.letter.source },
        .text("step", "The source, step or destination that refused it.") { $0.letter.step },
        .text("destination", "The branch that failed, to which a replay goes; null where a step did.") {
            $0.letter.destination
        },
        .text("code", "The error's code.") { $0.letter.code },
        .text("reason", "One sentence: why.") { $0.letter.reason },
        .text("path", "Where in the message.") { $0.letter.path },
        .texts("causes", "The reasons below it, innermost last.") { $0.letter.causes },
        .integer("attempts", "Tries, the last one included.") { $0.letter.attempts },
        .integer("receive_count", "How often a source handed it over.") { $0.letter.receiveCount },
        .time("received", "When it was first received.") { $0.letter.received },
        .time("failed", "When it failed for good.") { $0.letter.failed },
        .text("trace", "`traceparent` (W3C Trace Context).") { $0.letter.trace },
        .bool("edited", "Whether the body was replaced by hand.") { $0.stored.isEdited },
        .json("metadata", "Headers and what else the source knew.", absent: "{}") { $0.letter.metadata },
        .body("body", "What came in.") { $0.letter.body },
        .body("body_at_step", "What it was where it failed; null where that is what came in.") {
            $0.letter.failingBody
        },
    ]
    let stored: StoredDeadLetter
    private var letter: DeadLetterRecord { stored.letter }
}

/// Dead letters that failed for the same reason.
struct DeadLetterGroupAnswer: Answer {
    static let title = "DeadLetterGroup"
    static let members: [Member<DeadLetterGroupAnswer>] = [
        .integer("messages", "How many.") { $0.group.count },
        .text("queue", "The dead-letter queue.") { $0.group.queue },
        .text("flow", "The flow.") { $0.group.flow },
        .text("step", "The source, step or destination that refused them.") { $0.group.step },
        .text("code", "The error's code.") { $0.group.code },
        .text("reason", "One sentence: why.") { $0.group.reason },
        .text("newest", "The newest of them.") { "\($0.group.newest)" },
    ]
    let group: DeadLetterGroup
}

struct DeadLetterGroupsAnswer: Answer {
    static let title = "DeadLetterGroups"
    static let members: [Member<DeadLetterGroupsAnswer>] = [
        .objects("items", "The groups, the most frequent first.") { $0.groups.map { DeadLetterGroupAnswer(group: $0) } }
    ]
    let groups: [DeadLetterGroup]
}

/// What a replay did.
struct ReplayAnswer: Answer {
    static let title = "Replay"
    static let members: [Member<ReplayAnswer>] = [
        .integer("replayed", "How many went back.") { $0.report.replayed.count },
        .texts("queues", "Where to: queues that flows read, or where a flow parks.") { answer in
            Set(answer.report.replayed.values.map(\.text)).sorted()
        },
        .texts("gone", "Ids that no dead letter bears any more.") { $0.report.gone.map { "\($0)" } },
    ]
    let report: ReplayReport
}

/// What a flow would make of a dead letter now.
struct PreviewAnswer: Answer {
    struct Outcome: Answer {
        static let title = "PreviewOutcome"
        static let members: [Member<Outcome>] = [
            .text("destination", "Where it would go; null where it would fail or be dropped.") {
                $0.preview.destination
            },
            .body("body", "What would go there, or what it is where it fails.") { $0.preview.body },
            .object("error", "Why it would fail; null where it would not.") { outcome in
                outcome.preview.error.map { ErrorAnswer.Detail(error: $0) }
            },
        ]
        let preview: Engine.Preview
    }

    static let title = "Preview"
    static let members: [Member<PreviewAnswer>] = [
        .text("id", "The dead letter's id.") { "\($0.letter.id)" },
        .text("flow", "The flow that it would run through.") { $0.letter.letter.flow },
        .text("code", "Why it failed then.") { $0.letter.letter.code },
        .body("before", "What it was where it failed then.") { $0.letter.letter.failingBody ?? $0.letter.letter.body },
        .objects("outcomes", "What would become of it; empty where it would be dropped.") { answer in
            answer.outcomes.map { Outcome(preview: $0) }
        },
    ]
    let letter: StoredDeadLetter
    let outcomes: [Engine.Preview]
}
