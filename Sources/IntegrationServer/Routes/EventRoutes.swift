internal import IntegrationCore
internal import IntegrationStore

/// The event log, and the journey of one message.
enum EventRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/events", for: .viewer, "What happened, newest first.") {
            (request: EventRequest, _, services) throws(IntegrationError) in
            let events = try await services.readableStore().events(
                request.filter, before: request.before, limit: request.limit)
            return EventListAnswer(events: events, next: events.count < request.limit ? nil : events.last?.number)
        },
        Route(.get, "/v1/messages/{id}/journey", for: .viewer, "All that is known about one message.") {
            (request: MessageRequest, _, services) throws(IntegrationError) in
            let journey = try await services.readableStore().journey(of: request.id)
            return JourneyAnswer(message: request.id, journey: journey, now: services.clock.wallTime)
        },
    ]
}

private struct MessageRequest: Configurable {
    static let id = Field<String>.required(
        "id", .string("the id of a message: 26 characters") { MessageID($0) != nil }, "The message's id.")
    static let table = FieldTable("message", summary: "Names one message.", fields: [id])
    let id: MessageID
    init(_ fields: DecodedFields) { id = MessageID(fields[Self.id]) ?? MessageID(high: 0, low: 0) }
}

private struct EventRequest: Configurable {
    static let flow = Field<String?>.optional("flow", .string, "Only those of this flow.")
    static let kind = Field<String?>.optional("kind", .string, "Only those of this kind.")
    static let message = Field<String?>.optional(
        "message", .string("the id of a message") { MessageID($0) != nil }, "Only those about this message.")
    static let since = Field<Int?>.optional("since", .int(), "Only those of then or later; milliseconds since 1970.")
    static let before = Field<Int?>.optional("before", .int(), "Only those recorded before this number.")
    static let table = FieldTable(
        "events", summary: "A page of events.", fields: [flow, kind, message, since, before, Paging.limit])

    let filter: EventFilter
    let before: UInt64?
    let limit: Int
    init(_ fields: DecodedFields) {
        filter = EventFilter(
            flow: fields[Self.flow], message: fields[Self.message].flatMap { MessageID($0) }, kind: fields[Self.kind],
            since: fields[Self.since].map { .milliseconds($0) })
        before = fields[Self.before].map { UInt64($0) }
        limit = fields[Paging.limit]
    }
}
