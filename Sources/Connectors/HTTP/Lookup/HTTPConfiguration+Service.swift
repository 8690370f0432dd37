internal import HTTPTransport
internal import IntegrationCore

/// The service: lookups.
extension HTTPConfiguration {
    static let requestMethod = Field<Method>.defaulted("method", .choice, .get, "The method.")
    static let requestPath = Field<TemplateString>.required(
        "path", .template, "Appended to the address; values are percent-encoded as one segment.")
    static let keysPerRequest = Field<Int>.defaulted(
        "keys_per_request", .int(1...10_000), 1, "How many keys one request asks for at most; they stand in `$keys`.")
    static let items = Field<ExpressionText?>.optional(
        "items", .expression,
        "Where the rows of the answer stand, such as `data.customers`: an array, or an object of rows by key. By default "
            + "the answer itself; for one key a request, what is merged into the message.")
    static let itemKey = Field<String?>.optional(
        "item_key", .string, "The member of a row that holds its key; without it rows stand in the order of `$keys`.")
    static let requestTable = FieldTable(
        "request", summary: "What a service is asked.",
        fields: [requestMethod, requestPath, query, headers, serviceBody, keysPerRequest, items, itemKey],
        example: "{method: GET, path: \"/customers/{{ $key }}\"}",
        rules: [
            { fields, context in
                guard fields[itemKey] != nil, fields[keysPerRequest] == 1 else { return }
                context.diagnostics.error(
                    .conflictingFields, "`item_key` in \(context.subject) means something only with `keys_per_request`",
                    at: fields.span(of: "item_key"), help: "add `keys_per_request: 100`, or remove it")
            }
        ])
    static let serviceBody = Field<ConfigurationNode?>.optional(
        "body", .jsonTemplate, "The body, with `{{ … }}` in it, such as `{ids: \"{{ $keys }}\"}`.")
    static let request = Field<DecodedFields>.required(
        "request", .fields(of: requestTable), "What is asked; `$key` is the value of the lookup field.")

    static let service = FieldTable(
        "http service", summary: "Answers lookups by HTTP requests; 404 means that there is no such row.",
        fields: [request] + ServiceFields.all,
        example: """
            connector: rest-api
            request: {method: GET, path: "/customers/{{ $key }}"}
            endpoints: [https://c1.example.com, https://c2.example.com]
            load_balancing: round_robin
            cache: {ttl: 5m, max_entries: 10000}
            """,
        rules: ServiceFields.rules)

    static func makeLookup(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Lookup {
        let connection = try HTTPConnection.of(endpoint, context)
        let fields = endpoint.fields[request]
        return HTTPLookup(
            connection: connection, address: connection.base,
            template: try RequestTemplate(
                method: fields[requestMethod], path: fields[requestPath], query: fields[query],
                headers: fields[headers], body: fields[serviceBody], context),
            rows: try AnswerRows(
                items: fields[items], key: fields[itemKey], keysPerRequest: fields[keysPerRequest], context))
    }
}
