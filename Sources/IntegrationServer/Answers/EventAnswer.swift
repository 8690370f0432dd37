internal import IntegrationCore
internal import IntegrationStore

/// Something that happened.
struct EventAnswer: Answer {
    static let title = "Event"
    static let members: [Member<EventAnswer>] = [
        .integer("number", "Rises in the order of recording.") { Int(clamping: $0.stored.number) },
        .time("time", "When.") { $0.stored.event.time },
        .text("kind", "A word, such as `retried` or `flow-started`.") { $0.stored.event.kind },
        .text("flow", "The flow.") { $0.stored.event.flow },
        .text("message", "The message; null where it is not about one.") { $0.stored.event.message.map { "\($0)" } },
        .text("step", "The step.") { $0.stored.event.step },
        .json("detail", "More about it.") { $0.stored.event.detail },
    ]
    let stored: StoredEvent
}

struct EventListAnswer: Answer {
    static let title = "EventList"
    static let members: [Member<EventListAnswer>] = [
        .objects("items", "The events, newest first.") { $0.events.map { EventAnswer(stored: $0) } },
        .integer("next", "`before` of the next page; null at the end.") { $0.next.map { Int(clamping: $0) } },
    ]
    let events: [StoredEvent]
    let next: UInt64?
}

/// All that is known about one message.
struct JourneyAnswer: Answer {
    struct Delivered: Answer {
        static let title = "Delivered"
        static let members: [Member<Delivered>] = [
            .text("flow", "The flow.") { $0.entry.flow },
            .text("destination", "The destination that accepted it.") { $0.entry.destination },
        ]
        let entry: LedgerEntry
    }

    static let title = "Journey"
    static let members: [Member<JourneyAnswer>] = [
        .text("message", "The message's id.") { "\($0.message)" },
        .objects("events", "What happened to it, oldest first.") { $0.journey.events.map { EventAnswer(stored: $0) } },
        .objects("dead_letters", "Where it failed for good, oldest first.") { answer in
            answer.journey.deadLetters.map { DeadLetterSummaryAnswer(stored: $0, now: answer.now) }
        },
        .objects("delivered", "Destinations that accepted it while it is not settled.") { answer in
            answer.journey.delivered.map { Delivered(entry: $0) }
        },
    ]
    let message: MessageID
    let journey: Journey
    let now: Duration
}
