internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationStore

/// Flows: how they are, starting and stopping them, making and removing them, handing them messages.
enum FlowRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/flows", for: .viewer, "Every flow, and what it has done.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            let engine = try services.runningEngine()
            let lags = try await lags(services)
            return FlowListAnswer(items: engine.snapshots.map { answer($0, lags, services) })
        },
        Route(.get, "/v1/flows/{name}", for: .viewer, "One flow, and what it has done.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            let snapshot = try snapshot(request.name, services)
            return answer(snapshot, try await lags(services), services)
        },
        Route(.post, "/v1/flows", for: .admin, content: .fields, "Makes the flows of a YAML text and starts them.") {
            (request: CreateRequest, _, services) throws(IntegrationError) in
            let administration = try services.administration()
            return ReloadAnswer(
                report: try await administration.create(
                    request.yaml, file: request.file, persist: request.persist))
        },
        Route(.delete, "/v1/flows/{name}", for: .admin, "Drains a flow and removes it, for the next runs too.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            _ = try snapshot(request.name, services)
            let remark = try await services.administration().delete(request.name)
            return FlowChangeAnswer(flow: request.name, state: "deleted", changed: true, remark: remark)
        },
        Route(.post, "/v1/flows/{name}/start", for: .operator, "Starts a flow that is stopped, finished or failed.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            let engine = try services.runningEngine()
            if try snapshot(request.name, services).isRunning, engine.isActive(request.name) {
                return try change(request.name, false, services)
            }
            try engine.start(request.name)
            await engine.waitUntilStarted(request.name, atMost: .seconds(2))
            if case .failed(let error) = try snapshot(request.name, services).state { throw error }
            return try change(request.name, true, services)
        },
        Route(
            .post, "/v1/flows/{name}/stop", for: .operator, content: .fields,
            "Stops reading, finishes what is in hand, and ends the flow."
        ) {
            (request: StopRequest, _, services) throws(IntegrationError) in
            let engine = try services.runningEngine()
            let wasActive = engine.isActive(request.name)
            try engine.stop(request.name)
            let left = await engine.waitUntilEnded([request.name], atMost: request.wait)
            var answer = try change(request.name, wasActive, services)
            if !left.isEmpty { answer.remark = "it is still finishing what it has in hand" }
            return answer
        },
        Route(.post, "/v1/flows/{name}/pause", for: .operator, "Stops reading; what is in hand goes on.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            try change(request.name, services.runningEngine().pause(request.name), services)
        },
        Route(.post, "/v1/flows/{name}/resume", for: .operator, "Reads a paused flow's sources again.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            try change(request.name, services.runningEngine().resume(request.name), services)
        },
        Route(
            .post, "/v1/flows/{name}/messages", for: .operator, content: .bytes,
            "Runs the body through the flow as one message and says what became of it."
        ) {
            (request: SendRequest, body, services) throws(IntegrationError) in
            SendAnswer(
                outcome: try await services.runningEngine().send(
                    body, metadata: request.metadata.map { Array($0.utf8) }, to: request.name))
        },
        Route(.get, "/v1/flows/{name}/logs", for: .viewer, "The last log lines of a flow, oldest first.") {
            (request: LogRequest, _, services) throws(IntegrationError) in
            _ = try snapshot(request.name, services)
            guard let logs = services.logs else { return LogAnswer(lines: []) }
            return LogAnswer(
                lines: await logs.lines(
                    of: request.name, after: request.after, limit: request.limit,
                    until: services.clock.now + request.wait, clock: services.clock))
        },
    ]

    private static func snapshot(
        _ name: String, _ services: AdminServices
    ) throws(IntegrationError) -> FlowSnapshot {
        let engine = try services.runningEngine()
        if let snapshot = engine.snapshot(of: name) { return snapshot }
        let near = Suggestion.nearest(to: name, among: engine.snapshots.map(\.flow))
        throw IntegrationError(
            .flowUnknown, "there is no flow named `\(name)`",
            remedy: near.map { "Did you mean `\($0)`? `integration flow list` shows every flow." }
                ?? "`integration flow list` shows every flow.")
    }

    /// How many messages wait for each flow in queues of its own.
    private static func lags(_ services: AdminServices) async throws(IntegrationError) -> [String: Int] {
        guard services.reader != nil || services.engine?.storage != nil else { return [:] }
        let reader = try services.readableStore()
        var lags: [String: Int] = [:]
        for queue in try await reader.queues() where queue.name.isReserved {
            let flow = queue.name.text.dropFirst("flow:".count).prefix { $0 != "/" }
            lags[String(flow), default: 0] += queue.messages
        }
        return lags
    }

    private static func answer(
        _ snapshot: FlowSnapshot, _ lags: [String: Int], _ services: AdminServices
    ) -> FlowAnswer {
        FlowAnswer(
            snapshot: snapshot, rate: services.rates?.rate(of: snapshot, at: services.clock.now),
            lag: lags[snapshot.flow])
    }

    private static func change(
        _ name: String, _ changed: Bool, _ services: AdminServices
    ) throws(IntegrationError) -> FlowChangeAnswer {
        let snapshot = try snapshot(name, services)
        return FlowChangeAnswer(flow: name, state: FlowAnswer.state(of: snapshot), changed: changed)
    }
}

extension FlowSnapshot {
    fileprivate var isRunning: Bool {
        if case .running = state { true } else { false }
    }
}

private struct CreateRequest: Configurable {
    static let yaml = Field<String>.required("yaml", .string, "The text: a configuration with `flows:`.")
    static let file = Field<String>.defaulted(
        "file", .string, "flow.yaml", "The file that it came from; relative paths are taken from its folder.")
    static let persist = Field<Bool>.defaulted("persist", .bool, true, "Whether the next run has it too.")
    static let table = FieldTable("flow", summary: "A flow to make.", fields: [yaml, file, persist])

    let yaml: String
    let file: String
    let persist: Bool
    init(_ fields: DecodedFields) {
        yaml = fields[Self.yaml]
        file = fields[Self.file]
        persist = fields[Self.persist]
    }
}

private struct StopRequest: Configurable {
    static let wait = Field<Duration>.defaulted(
        "wait", .duration, .seconds(30), "How long to wait until everything in hand is finished.")
    static let table = FieldTable("stop", summary: "Stops a flow.", fields: [NamedRequest.name, wait])

    let name: String
    let wait: Duration
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        wait = fields[Self.wait]
    }
}

private struct SendRequest: Configurable {
    static let metadata = Field<String?>.optional(
        "metadata", .string, "A JSON object: headers and what else a source would know.")
    static let table = FieldTable("message", summary: "Hands over a message.", fields: [NamedRequest.name, metadata])

    let name: String
    let metadata: String?
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        metadata = fields[Self.metadata]
    }
}

private struct LogRequest: Configurable {
    static let after = Field<Int>.defaulted("after", .int(), 0, "Only lines with a higher number.")
    static let wait = Field<Duration>.defaulted(
        "wait", .duration(in: .zero ... .seconds(60)), .zero, "Where there are none: how long to wait for one.")
    static let table = FieldTable(
        "log", summary: "Log lines of a flow.", fields: [NamedRequest.name, after, Paging.limit, wait])

    let name: String
    let after: Int
    let limit: Int
    let wait: Duration
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        after = fields[Self.after]
        limit = fields[Paging.limit]
        wait = fields[Self.wait]
    }
}
