internal import IntegrationCore
internal import IntegrationEngine

/// How a flow is, and what it has done.
struct FlowAnswer: Answer {
    static let title = "Flow"
    static let members: [Member<FlowAnswer>] = [
        .text("name", "The flow's name.") { $0.snapshot.flow },
        .text("state", "created, running, degraded, paused, draining, finished, stopped or failed.") {
            state(of: $0.snapshot)
        },
        .number("in_per_second", "Messages taken in, over the last seconds; null where it was not watched yet.") {
            $0.rate?.received
        },
        .number("out_per_second", "Messages accepted by destinations, over the last seconds.") { $0.rate?.sent },
        .number("error_percent", "Dead letters of all messages that are settled.") { $0.errorPercent },
        .integer("p50_microseconds", "Half of the messages were settled in less.") { $0.percentile(\.p50) },
        .integer("p99_microseconds", "99 of 100 were settled in less.") { $0.percentile(\.p99) },
        .integer("lag", "Messages that wait in the flow's queues; null where it reads none.") { $0.lag },
        .integer("dead_letters", "Messages that failed for good since the start.") { $0.snapshot.dead },
        .integer("received", "Messages taken in since the start, redeliveries included.") { $0.snapshot.received },
        .integer("sent", "Messages that destinations accepted since the start.") { $0.snapshot.sent },
        .integer("dropped", "Messages that a filter dropped.") { $0.snapshot.dropped },
        .integer("retries", "Tries that failed and were put off.") { $0.snapshot.retries },
        .integer("parked", "Messages that wait for another try.") { $0.snapshot.parked },
        .integer("in_flight", "Messages taken in and not yet settled.") { $0.snapshot.inFlight },
        .texts("degraded", "What keeps it from delivering for now; it goes on by itself.") { $0.snapshot.degraded },
        .objects("destinations", "What each destination accepted.") { answer in
            answer.snapshot.delivered.map { DestinationAnswer(name: $0.destination, messages: $0.messages) }
        },
        .objects("reasons", "Why messages failed for good, the most frequent first.") { answer in
            answer.snapshot.deadByReason.map { ReasonAnswer(reason: $0.key, messages: $0.value) }
                .sorted {
                    ($1.messages, $0.reason.code, $0.reason.step) < ($0.messages, $1.reason.code, $1.reason.step)
                }
        },
        .object("error", "What stopped it; null unless it failed.") { answer in
            answer.error.map { ErrorAnswer.Detail(error: $0) }
        },
    ]

    let snapshot: FlowSnapshot
    let rate: FlowRates.Rate?
    let lag: Int?

    static func state(of snapshot: FlowSnapshot) -> String {
        if case .running = snapshot.state {
            if snapshot.isPaused { return "paused" }
            if !snapshot.degraded.isEmpty { return "degraded" }
        }
        return snapshot.state.word
    }

    private var error: IntegrationError? {
        if case .failed(let error) = snapshot.state { return error }
        return nil
    }

    private var settled: Int { snapshot.received - snapshot.inFlight }
    private var errorPercent: Double? { settled > 0 ? Double(snapshot.dead) / Double(settled) * 100 : nil }

    private func percentile(_ get: ((p50: UInt64, p99: UInt64)) -> UInt64) -> Int? {
        settled > 0 ? Int(get(snapshot.latency)) : nil
    }
}

struct DestinationAnswer: Answer {
    static let title = "Destination"
    static let members: [Member<DestinationAnswer>] = [
        .text("name", "The destination's name.") { $0.name },
        .integer("messages", "Messages that it accepted.") { $0.messages },
    ]
    let name: String
    let messages: Int
}

struct ReasonAnswer: Answer {
    static let title = "Reason"
    static let members: [Member<ReasonAnswer>] = [
        .text("step", "The source, step or destination that refused.") { $0.reason.step },
        .text("code", "The error's code.") { $0.reason.code },
        .text("reason", "What the code means.") { $0.reason.message },
        .integer("messages", "How many.") { $0.messages },
    ]
    let reason: FlowSnapshot.DeadReason
    let messages: Int
}

/// Flows, in the order of the configuration.
struct FlowListAnswer: Answer {
    static let title = "FlowList"
    static let members: [Member<FlowListAnswer>] = [.objects("items", "The flows.") { $0.items }]
    let items: [FlowAnswer]
}

/// What was done to a flow.
struct FlowChangeAnswer: Answer {
    static let title = "FlowChange"
    static let members: [Member<FlowChangeAnswer>] = [
        .text("flow", "The flow's name.") { $0.flow },
        .text("state", "Its state now.") { $0.state },
        .bool("changed", "Whether anything changed.") { $0.changed },
        .text("remark", "What else there is to say; null for nothing.") { $0.remark },
    ]
    let flow: String
    let state: String
    let changed: Bool
    var remark: String?
}

/// What a reload, or a new flow, changed.
struct ReloadAnswer: Answer {
    static let title = "Reload"
    static let members: [Member<ReloadAnswer>] = [
        .texts("added", "Flows that are new.") { $0.report.added },
        .texts("replaced", "Flows that were drained and replaced.") { $0.report.replaced },
        .texts("removed", "Flows that were drained and are gone.") { $0.report.removed },
        .texts("kept", "Flows that run on untouched.") { $0.report.kept },
    ]
    let report: Engine.ReloadReport
}

/// What became of a message that was handed to a flow by hand.
struct SendAnswer: Answer {
    static let title = "Sent"
    static let members: [Member<SendAnswer>] = [
        .text("id", "The id that the message was given.") { "\($0.outcome.id)" },
        .text("outcome", "delivered, dropped or refused.") { $0.word },
        .texts("destinations", "Those that accepted it.") { $0.outcome.destinations },
        .objects("refusals", "Why it was refused; nothing is tried again, nothing goes to the dead letters.") {
            answer in
            answer.outcome.refusals.map { ErrorAnswer.Detail(error: $0) }
        },
    ]
    let outcome: Engine.SendOutcome

    private var word: String {
        if !outcome.refusals.isEmpty { return "refused" }
        return outcome.destinations.isEmpty ? "dropped" : "delivered"
    }
}
