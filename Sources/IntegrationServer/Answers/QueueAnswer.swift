internal import IntegrationCore
internal import IntegrationStore

/// A queue as a list shows it.
struct QueueAnswer: Answer {
    static let title = "Queue"
    static let members: [Member<QueueAnswer>] = [
        .text("name", "The queue's name; `flow:…` is one that a flow keeps for itself.") { $0.summary.name.text },
        .integer("messages", "All of its messages.") { $0.summary.messages },
        .integer("ready", "Those that can be handed out now.") { $0.summary.ready },
        .integer("leased", "Those that a flow has in hand.") { $0.summary.leased },
        .integer("delayed", "Those that wait until they are due.") { $0.summary.delayed },
        .integer("dead_letters", "Dead letters that it keeps; they are no messages of it.") { $0.deadLetters },
        .integer("bytes", "Bodies, metadata and resume points.") { $0.summary.bytes },
        .number("oldest_seconds", "How long ago the first message was received; null where it is empty.") {
            $0.summary.oldestAge.map { $0 / .seconds(1) }
        },
    ]
    let summary: QueueSummary
    let deadLetters: Int
}

struct QueueListAnswer: Answer {
    static let title = "QueueList"
    static let members: [Member<QueueListAnswer>] = [.objects("items", "The queues, by name.") { $0.items }]
    let items: [QueueAnswer]
}

/// A message of a queue, looked at.
struct QueuedMessageAnswer: Answer {
    static let title = "QueuedMessage"
    static let members: [Member<QueuedMessageAnswer>] = [
        .text("id", "The message's id.") { "\($0.message.id)" },
        .body("body", "The message.") { $0.message.body },
        .json("metadata", "Headers and what else the source knew.", absent: "{}") { $0.message.metadata },
        .integer("attempts", "Tries that ended with an error.") { $0.message.attempts },
        .integer("receive_count", "How often it was handed over and came back.") { $0.message.receiveCount },
        .time("received", "When it was first received.") { $0.message.received },
        .time("due", "Before this it is not handed over; null for at once.") { $0.message.due },
    ]
    let message: QueuedMessage
}

struct PeekAnswer: Answer {
    static let title = "QueuedMessages"
    static let members: [Member<PeekAnswer>] = [.objects("items", "The messages, in order.") { $0.items }]
    let items: [QueuedMessageAnswer]
}

/// A message that was put into a queue.
struct EnqueuedAnswer: Answer {
    static let title = "Enqueued"
    static let members: [Member<EnqueuedAnswer>] = [
        .text("id", "The id that the message was given.") { "\($0.id)" },
        .text("queue", "The queue.") { $0.queue },
    ]
    let id: MessageID
    let queue: String
}

/// How many of something were removed.
struct RemovedAnswer: Answer {
    static let title = "Removed"
    static let members: [Member<RemovedAnswer>] = [.integer("removed", "How many.") { $0.removed }]
    let removed: Int
}
