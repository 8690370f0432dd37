internal import IntegrationCore
internal import IntegrationStore

/// Embedded queues: what is in them, putting something in, emptying them.
enum QueueRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/queues", for: .viewer, "Every queue.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            let store = try services.readableStore()
            var dead: [String: Int] = [:]
            for group in try await store.deadLetterGroups(DeadLetterFilter()) {
                dead[group.queue, default: 0] += group.count
            }
            return QueueListAnswer(
                items: try await store.queues().map { queue in
                    QueueAnswer(summary: queue, deadLetters: dead[queue.name.text] ?? 0)
                })
        },
        Route(.get, "/v1/queues/{name}/messages", for: .viewer, "Messages of a queue in order, without taking them.") {
            (request: PeekRequest, _, services) throws(IntegrationError) in
            let store = try services.readableStore()
            let queue = try await known(request.name, store)
            let messages = try await store.peek(queue, offset: request.offset, limit: request.limit)
            return PeekAnswer(items: messages.map { QueuedMessageAnswer(message: $0) })
        },
        Route(
            .post, "/v1/queues/{name}/messages", for: .operator, content: .bytes,
            "Puts the body into a queue as one message."
        ) {
            (request: EnqueueRequest, body, services) throws(IntegrationError) in
            let store = try services.writableStore()
            let queue = try await known(request.name, store)
            let id = request.id ?? fresh(services.clock)
            var message = NewMessage(id: id, body: 0..<body.count, received: services.clock.wallTime)
            let metadata = try request.metadata.map { text throws(IntegrationError) in
                _ = try JSONFields.entries(of: Array(text.utf8), called: "`metadata`")
                return Array(text.utf8)
            }
            if let metadata { message.metadata = body.count..<body.count + metadata.count }
            var change = StoreChange()
            change.enqueue = [Enqueue(queue: queue, block: body + (metadata ?? []), messages: [message])]
            try await store.commit(change)
            return EnqueuedAnswer(id: id, queue: queue.text)
        },
        Route(.delete, "/v1/queues/{name}/messages", for: .operator, "Removes every message that no flow has in hand.")
        {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            let store = try services.writableStore()
            return RemovedAnswer(removed: try await store.purge(try await known(request.name, store)))
        },
    ]

    private static func known(
        _ name: String, _ store: any StoreReader
    ) async throws(IntegrationError) -> QueueName {
        let names = try await store.queues().map(\.name.text)
        if names.contains(name) { return QueueName(name) }
        // As a configuration writes it where the name means two things.
        if name.hasPrefix("queue:"), names.contains(String(name.dropFirst("queue:".count))) {
            return QueueName(String(name.dropFirst("queue:".count)))
        }
        let list = "`integration queue list` shows those that are there."
        throw IntegrationError(
            .queueUnknown, "there is no queue named `\(name)`",
            remedy: Suggestion.nearest(to: name, among: names).map { "Did you mean `\($0)`? \(list)" } ?? list)
    }

    private static func fresh(_ clock: any TimeSource) -> MessageID {
        var generator = MessageIDGenerator()
        var random = SystemRandomNumberGenerator()
        return generator.next(1, at: UInt64(max(0, clock.wallTime.milliseconds)), using: &random)
    }
}

private struct PeekRequest: Configurable {
    static let offset = Field<Int>.defaulted("offset", .int(), 0, "How many to pass over.")
    static let table = FieldTable(
        "peek", summary: "Messages of a queue.", fields: [NamedRequest.name, Paging.limit, offset])

    let name: String
    let limit: Int
    let offset: Int
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        limit = fields[Paging.limit]
        offset = fields[Self.offset]
    }
}

private struct EnqueueRequest: Configurable {
    static let id = Field<String?>.optional(
        "id", .string("26 characters of Crockford's base 32") { MessageID($0) != nil },
        "The message's id; the same message is given the same id.")
    static let metadata = Field<String?>.optional("metadata", .string, "A JSON object: headers and the like.")
    static let table = FieldTable(
        "message", summary: "A message for a queue.", fields: [NamedRequest.name, id, metadata])

    let name: String
    let id: MessageID?
    let metadata: String?
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        id = fields[Self.id].flatMap { MessageID($0) }
        metadata = fields[Self.metadata]
    }
}
