internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationStore

/// Dead letters: looking at them, mending them, letting them run again, removing them.
enum DeadLetterRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/dead-letters", for: .viewer, "Dead letters without their bodies, newest first.") {
            (request: DeadLetterRequest, _, services) throws(IntegrationError) in
            try await page(request, try services.readableStore(), now: services.clock.wallTime)
        },
        Route(.get, "/v1/dead-letters/groups", for: .viewer, "Dead letters by reason, the most frequent first.") {
            (request: DeadLetterGroupsRequest, _, services) throws(IntegrationError) in
            DeadLetterGroupsAnswer(groups: try await services.readableStore().deadLetterGroups(request.filter))
        },
        Route(.get, "/v1/dead-letters/{id}", for: .viewer, "One dead letter whole.") {
            (request: IDRequest, _, services) throws(IntegrationError) in
            DeadLetterAnswer(stored: try await services.readableStore().deadLetter(request.id))
        },
        Route(.put, "/v1/dead-letters/{id}/body", for: .operator, content: .bytes, "Replaces the body that came in.") {
            (request: IDRequest, body, services) throws(IntegrationError) in
            let store = try services.writableStore()
            let letter = try await store.deadLetter(request.id)
            try await store.replaceBody(ofDeadLetter: letter.id, with: body)
            return DeadLetterAnswer(stored: try await store.deadLetter("\(letter.id)"))
        },
        Route(.post, "/v1/dead-letters/replay", for: .operator, content: .fields, "Lets dead letters run again.") {
            (request: IDsRequest, _, services) throws(IntegrationError) in
            ReplayAnswer(report: try await services.writableStore().replay(request.ids))
        },
        Route(.post, "/v1/dead-letters/drop", for: .operator, content: .fields, "Removes dead letters.") {
            (request: IDsRequest, _, services) throws(IntegrationError) in
            RemovedAnswer(removed: try await services.writableStore().removeDeadLetters(request.ids))
        },
        Route(
            .get, "/v1/dead-letters/{id}/preview", for: .viewer,
            "What the flow would make of a dead letter now; nothing is sent."
        ) {
            (request: IDRequest, _, services) throws(IntegrationError) in
            let stored = try await services.readableStore().deadLetter(request.id)
            let outcomes = try await services.runningEngine().preview(
                stored.letter.body, metadata: stored.letter.metadata, in: stored.letter.flow)
            return PreviewAnswer(letter: stored, outcomes: outcomes)
        },
    ]

    /// How many letters a condition is asked about for one page; the next page goes on.
    private static let mostAsked = 5000

    private static func page(
        _ request: DeadLetterRequest, _ store: any StoreReader, now: Duration
    ) async throws(IntegrationError) -> DeadLetterListAnswer {
        guard let text = request.condition else {
            let items = try await store.deadLetters(request.filter, before: request.before, limit: request.limit)
            return DeadLetterListAnswer(
                items: items, next: items.count < request.limit ? nil : items.last?.id, now: now)
        }
        let condition = try LetterCondition(text)
        var found: [StoredDeadLetter] = []
        var before = request.before
        var asked = 0
        while found.count < request.limit, asked < mostAsked {
            let items = try await store.deadLetters(request.filter, before: before, limit: 500)
            for item in items where found.count < request.limit {
                before = item.id
                asked += 1
                if try condition.holds(for: try await store.deadLetter("\(item.id)"), now: now) { found.append(item) }
            }
            if items.isEmpty { return DeadLetterListAnswer(items: found, next: nil, now: now) }
        }
        return DeadLetterListAnswer(items: found, next: before, now: now)
    }
}

private struct IDRequest: Configurable {
    static let id = Field<String>.required(
        "id", .string, "The id of a dead letter or of its message, or its beginning.")
    static let table = FieldTable("dead letter", summary: "Names one dead letter.", fields: [id])
    let id: String
    init(_ fields: DecodedFields) { id = fields[Self.id] }
}

private struct IDsRequest: Configurable {
    static let ids = Field<[String]>.required(
        "ids", .list(of: .string("the id of a dead letter, whole") { MessageID($0) != nil }), "The dead letters' ids.")
    static let table = FieldTable("dead letters", summary: "Names dead letters.", fields: [ids])
    let ids: [MessageID]
    init(_ fields: DecodedFields) { ids = fields[Self.ids].compactMap { MessageID($0) } }
}

/// The fields that choose dead letters.
private enum Choosing {
    static let queue = Field<String?>.optional("queue", .string, "Only those of this dead-letter queue.")
    static let flow = Field<String?>.optional("flow", .string, "Only those of this flow.")
    static let code = Field<String?>.optional("code", .string, "Only those with this code.")
    static let step = Field<String?>.optional("step", .string, "Only those that this step refused.")
    static let message = Field<String?>.optional(
        "message", .string("the id of a message") { MessageID($0) != nil }, "Only those of this message.")
    static let since = Field<Int?>.optional(
        "since", .int(), "Only those that failed then or later; milliseconds since 1970.")
    static let fields: [any TableField] = [queue, flow, code, step, message, since]

    static func filter(_ fields: DecodedFields) -> DeadLetterFilter {
        DeadLetterFilter(
            queue: fields[queue], flow: fields[flow], code: fields[code], step: fields[step],
            message: fields[message].flatMap { MessageID($0) }, since: fields[since].map { .milliseconds($0) })
    }
}

private struct DeadLetterGroupsRequest: Configurable {
    static let table = FieldTable("groups", summary: "Groups of dead letters.", fields: Choosing.fields)
    let filter: DeadLetterFilter
    init(_ fields: DecodedFields) { filter = Choosing.filter(fields) }
}

private struct DeadLetterRequest: Configurable {
    static let condition = Field<String?>.optional(
        "where", .string, "A JSONata condition on the body; `$letter` has `code`, `step`, `flow`, `attempts` and so on."
    )
    static let before = Field<String?>.optional(
        "before", .string("the id of a dead letter") { MessageID($0) != nil }, "Only those recorded before this one.")
    static let table = FieldTable(
        "dead letters", summary: "A page of dead letters.", fields: Choosing.fields + [condition, before, Paging.limit])

    let filter: DeadLetterFilter
    let condition: String?
    let before: MessageID?
    let limit: Int
    init(_ fields: DecodedFields) {
        filter = Choosing.filter(fields)
        condition = fields[Self.condition]
        before = fields[Self.before].flatMap { MessageID($0) }
        limit = fields[Paging.limit]
    }
}
