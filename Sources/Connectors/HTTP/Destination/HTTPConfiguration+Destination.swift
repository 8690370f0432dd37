internal import IntegrationCore

/// The destination.
extension HTTPConfiguration {
    static let destinationPath = Field<TemplateString>.defaulted(
        "path", .template, "", "Appended to `base_url`; values from the message are percent-encoded as one segment.")
    static let method = Field<Method>.defaulted("method", .choice, .post, "The method of each request.")
    static let contentType = Field<String>.defaulted(
        "content_type", .string, "application/json", "What the body is said to be.")
    static let idempotencyHeader = Field<String?>.optional(
        "idempotency_header", .string, "A header that carries the message's id, so that the server can drop repeats.")

    static let destination = FieldTable(
        "http destination", summary: "Sends each message as one request; 2xx accepts it.",
        fields: [destinationPath, method, query, headers, contentType, idempotencyHeader],
        example: "{connector: rest-api, path: \"/orders/{{ id }}\", method: PUT}")
}
