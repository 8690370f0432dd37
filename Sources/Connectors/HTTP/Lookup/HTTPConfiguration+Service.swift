internal import IntegrationCore

/// The service: lookups.
extension HTTPConfiguration {
    static let request = Field<DecodedFields>.required(
        "request", .fields(of: requestTable), "What is asked; `$key` is the value of the lookup field.")
    static let requestMethod = Field<Method>.defaulted("method", .choice, .get, "The method.")
    static let requestPath = Field<TemplateString>.required("path", .template, "The path; values are percent-encoded.")
    static let requestTable = FieldTable(
        "request", summary: "What a service is asked.", fields: [requestMethod, requestPath, query, headers, body],
        example: "{method: GET, path: \"/customers/{{ $key }}\"}")

    static let service = FieldTable(
        "http service", summary: "Answers lookups by HTTP requests.",
        fields: [request] + ServiceFields.all,
        example: """
            connector: rest-api
            request: {method: GET, path: "/customers/{{ $key }}"}
            endpoints: [https://c1.example.com, https://c2.example.com]
            load_balancing: round_robin
            cache: {ttl: 5m, max_entries: 10000}
            """)
}
