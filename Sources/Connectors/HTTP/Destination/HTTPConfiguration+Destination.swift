internal import HTTPTransport
internal import IntegrationCore

/// The destination.
extension HTTPConfiguration {
    static let destinationPath = Field<TemplateString>.defaulted(
        "path", .template, "", "Appended to `base_url`; values from the message are percent-encoded as one segment.")
    static let url = Field<TemplateString?>.optional(
        "url", .template,
        "A whole address, in the place of `base_url` and `path`: where the message says where it goes. The connector's "
            + "`allow` must name what may be reached.")
    static let method = Field<Method>.defaulted("method", .choice, .post, "The method of each request.")
    static let contentType = Field<String>.defaulted(
        "content_type", .string("a header's value") { HeaderName.isValue($0) }, "application/json",
        "What the body is said to be.")
    static let requestBody = Field<ConfigurationNode?>.optional(
        "body", .jsonTemplate,
        "The body, with `{{ … }}` in it; without it the message itself (nothing for GET, HEAD and DELETE).")
    static let idempotencyHeader = Field<String?>.optional(
        "idempotency_header", .headerName,
        "A header that carries the message's id, so that the server can drop repeats.")
    static let accept = Field<[Int]>.defaulted(
        "accept", .list(of: .int(300...599)), [],
        "Statuses beyond class 2xx that accept a message too, such as 404 for a deletion that is repeated.")

    static let bulk = Field<DecodedFields?>.optional(
        "batch", .fields(of: BulkOptions.table), "Puts many messages into one request, instead of one into each.")
    static let cloudevents = Field<DecodedFields?>.optional(
        "cloudevents", .fields(of: CloudEventTemplate.table), "Sends messages as events (CloudEvents 1.0).")

    static let destination = FieldTable(
        "http destination", summary: "Sends each message as one request; 2xx accepts it.",
        fields: [
            destinationPath, url, method, query, headers, requestBody, contentType, idempotencyHeader, accept,
            bulk, cloudevents,
        ],
        example: "{connector: rest-api, path: \"/orders/{{ id }}\", method: PUT}",
        rules: [FieldTable.atMostOne(of: "url", "path"), bulkRule])

    /// What has no meaning where many messages go in one request.
    private static let bulkRule: FieldTable.Rule = { fields, context in
        let isBatched = fields[cloudevents].map { $0[CloudEventTemplate.mode] == .batched } ?? false
        func conflict(_ name: String, _ reason: String, _ help: String) {
            context.diagnostics.error(
                .conflictingFields, "`\(name)` in \(context.subject) \(reason)", at: fields.span(of: name), help: help)
        }
        guard fields[bulk] != nil || isBatched else { return }
        if fields[bulk] != nil, fields[cloudevents] != nil, !isBatched {
            conflict("batch", "sends many events in one request, which only one mode can", "write `mode: batched`")
        }
        for name in ["url", "body", "idempotency_header"] where fields.isWritten(name) {
            conflict(name, "has no meaning where many messages go in one request", "remove it, or `batch`")
        }
        if ![.post, .put, .patch].contains(fields[method]) {
            conflict("method", "can't carry many messages", "write `method: POST`")
        }
        if isBatched, fields[bulk]?[BulkOptions.format] == .ndjson {
            conflict("batch", "is an array where events are batched", "remove `format`")
        }
    }

    static func makeDestination(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Destination {
        let fields = endpoint.fields
        let connection = try HTTPConnection.of(endpoint, context)
        let target: DestinationTarget
        if let url = fields[url] {
            guard !connection.transport.options.allowed.isEmpty else {
                throw IntegrationError(
                    .cannotBuild, "`url` needs the connector's `allow`, which says where messages may lead",
                    remedy: "Add `allow: [hooks.example.com]` to the connector (\(connection.name)).")
            }
            if connection.credentials.areAny, connection.transport.options.allowed.allowsAnyName {
                throw IntegrationError(
                    .cannotBuild,
                    "`url` and `auth` with `*` in `allow` would show the credentials to any host that a message names",
                    remedy: "Name the hosts in `allow` of the connector (\(connection.name)), or leave `auth` out.")
            }
            target = .foreign(try context.text(url))
        } else {
            target = .fixed(try connection.requireBase())
        }
        let method = fields[method]
        return HTTPDestination(
            connection: connection, target: target,
            template: try RequestTemplate(
                method: method, path: fields[destinationPath], query: fields[query], headers: fields[headers],
                body: fields[requestBody], context),
            content: MessageContent(
                contentType: fields[contentType], idempotencyHeader: fields[idempotencyHeader],
                sendsMessage: ![.get, .head, .delete].contains(method)),
            accepted: Set(fields[accept]),
            events: try fields[cloudevents].map { events throws(IntegrationError) in
                try CloudEventTemplate(events, context)
            },
            bulk: try bulkOptions(fields, context))
    }

    private static func bulkOptions(
        _ fields: DecodedFields, _ context: any MakerContext
    ) throws(IntegrationError) -> BulkOptions? {
        if let bulk = fields[bulk] { return try BulkOptions(bulk, context) }
        return fields[cloudevents].map { $0[CloudEventTemplate.mode] == .batched } ?? false ? .ofEvents : nil
    }
}
