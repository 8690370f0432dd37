internal import IntegrationCore
internal import IntegrationResilience

/// A connector, and how its guard stands where an engine runs.
struct ConnectorAnswer: Answer {
    static let title = "Connector"
    static let members: [Member<ConnectorAnswer>] = [
        .text("name", "The connector's name.") { $0.connector.name },
        .text("type", "Its type.") { $0.connector.type },
        .texts("used_by", "Who goes through it: flows, services, destinations.") { $0.connector.users },
        .text("circuit", "closed, open or half-open; null where no engine runs or nothing goes through it.") {
            $0.status.map { circuit($0) }
        },
        .number("next_try_seconds", "When the next request is let through; null unless the circuit is open.") {
            guard case .open(let wait)? = $0.status?.breaker else { return nil }
            return wait.seconds
        },
        .integer("in_flight", "Requests under way.") { $0.status?.inFlight },
        .integer("waiting", "Requests that wait for a permit, the rate limit or a probe.") { $0.status?.waiting },
        .integer("limit", "How many may be under way.") { $0.status?.limit },
        .bool("adaptive", "Whether that number follows the other system's latency.") {
            $0.status?.isAdaptive ?? false
        },
        .number("tokens", "Requests that the rate limit lets start at once; null where there is none.") {
            $0.status?.tokens
        },
        .integer("requests", "Requests since the start, retries included.") { $0.status?.counts.requests },
        .integer("failures", "Requests that failed.") { $0.status?.counts.failures },
        .integer("timeouts", "Requests that took too long.") { $0.status?.counts.timeouts },
        .integer("retries", "Requests that were made again.") { $0.status?.counts.retries },
        .integer("closed_off", "Requests that were not made because the circuit was open.") {
            $0.status?.counts.closedOff
        },
        .integer("turned_away", "Requests that were not made because too many waited.") {
            $0.status?.counts.turnedAway
        },
        .object("last_error", "What failed last; null where nothing has.") {
            $0.status?.lastError.map { ErrorAnswer.Detail(error: $0) }
        },
        .number("last_error_seconds", "How long ago that was.") { $0.status?.lastErrorAge?.seconds },
    ]

    let connector: ConnectorInformation
    let status: GuardStatus?

    private static func circuit(_ status: GuardStatus) -> String {
        switch status.breaker {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half-open"
        }
    }
}

struct ConnectorListAnswer: Answer {
    static let title = "ConnectorList"
    static let members: [Member<ConnectorListAnswer>] = [
        .objects("items", "The connectors, by name.") { $0.items }
    ]
    let items: [ConnectorAnswer]
}

/// What a probe found.
struct ProbeAnswer: Answer {
    struct Step: Answer {
        static let title = "ProbeStep"
        static let members: [Member<Step>] = [
            .text("step", "resolve, connect, tls, authenticate, request or endpoint.") { $0.step.name.rawValue },
            .text("outcome", "passed, skipped or failed.") { $0.outcome.word },
            .text("detail", "What was found, or why it was not taken, or what failed.") { $0.outcome.detail },
            .number("milliseconds", "How long it took.") { $0.step.time.seconds * 1000 },
            .text("subject", "The endpoint that was checked; null for the steps that lead there.") { $0.step.subject },
        ]
        let step: ProbeStep

        private var outcome: (word: String, detail: String) {
            switch step.outcome {
            case .passed(let detail): ("passed", detail)
            case .skipped(let reason): ("skipped", reason)
            case .failed(let error): ("failed", error.message)
            }
        }
    }

    static let title = "Probe"
    static let members: [Member<ProbeAnswer>] = [
        .text("connector", "The connector's name.") { $0.name },
        .bool("reachable", "Whether every step that was taken has passed.") { $0.error == nil },
        .objects(
            "steps",
            "The steps in order: behind the first that fails there are no others, but all endpoints are checked."
        ) { answer in
            answer.steps.map { Step(step: $0) }
        },
        .object("error", "What failed first; null where nothing has.") { answer in
            answer.error.map { ErrorAnswer.Detail(error: $0) }
        },
    ]
    let name: String
    let steps: [ProbeStep]

    private var error: IntegrationError? {
        for step in steps { if case .failed(let error) = step.outcome { return error } }
        return nil
    }
}
