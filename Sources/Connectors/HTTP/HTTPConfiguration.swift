public import IntegrationCore

/// Everything about HTTP that a configuration can say: connector, destination, server source, service.
public enum HTTPConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "http", connector, isBuilt: false),
        TypeDescription(.source, "http", source, isBuilt: false),
        TypeDescription(.destination, "http", destination, isBuilt: false, connector: "http"),
        TypeDescription(.service, "http", service, isBuilt: false, connector: "http"),
    ]

    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case head = "HEAD"
    }

    // MARK: Connector

    static let baseURL = Field<URLValue>.required(
        "base_url", .url("http", "https"), "What every path is appended to.")
    static let auth = Field<DecodedFields?>.optional(
        "auth", .variants(HTTPAuthentication.client), "How requests prove who sends them.")
    static let headers = Field<[Named<TemplateString>]>.defaulted(
        "headers", .headers, [], "Headers of every request.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Whom to trust, and our own certificate.")
    static let http2 = Field<Bool>.defaulted(
        "http2", .bool, true, "Whether HTTP/2 is spoken where the server offers it.")
    static let maxConnections = Field<Int>.defaulted(
        "max_connections", .int(1...10_000), 50, "Connections to one host at most.")
    static let idleTimeout = Field<Duration>.defaulted(
        "idle_timeout", .duration, .seconds(60), "A connection that nobody uses is closed after it.")
    static let maxResponse = Field<ByteCount>.defaulted(
        "max_response", .size, .mebibytes(16), "A larger answer is refused.")
    static let proxy = Field<URLValue?>.optional("proxy", .url("http"), "A proxy for all requests.")

    static let connector = FieldTable(
        "http connector", summary: "Requests to one HTTP server, with a pool of connections.",
        fields: [baseURL, auth, headers, tls, http2, maxConnections, idleTimeout, maxResponse, proxy]
            + ConnectorFields.all,
        example: """
            type: http
            base_url: https://api.example.com
            auth: {type: bearer, token: "${secret:customer-api-token}"}
            timeout: 30s
            retry: {max_attempts: 3, backoff: {type: linear, initial: 1s, step: 1s}}
            rate_limit: {requests_per_second: 100, burst_size: 10}
            """)

    // MARK: Destination

    static let destinationPath = Field<TemplateString>.defaulted(
        "path", .template, "", "Appended to `base_url`; values from the message are percent-encoded as one segment.")
    static let method = Field<Method>.defaulted("method", .choice, .post, "The method of each request.")
    static let query = Field<[Named<TemplateString>]>.defaulted(
        "query", .headers, [], "Parameters after `?`; values are percent-encoded.")
    static let contentType = Field<String>.defaulted(
        "content_type", .string, "application/json", "What the body is said to be.")
    static let idempotencyHeader = Field<String?>.optional(
        "idempotency_header", .string, "A header that carries the message's id, so that the server can drop repeats.")

    static let destination = FieldTable(
        "http destination", summary: "Sends each message as one request; 2xx accepts it.",
        fields: [destinationPath, method, query, headers, contentType, idempotencyHeader],
        example: "{connector: rest-api, path: \"/orders/{{ id }}\", method: PUT}")

    // MARK: Source

    public enum Acknowledgement: String, Sendable, CaseIterable { case stored, settled }

    static let listen = Field<String>.defaulted(
        "listen", .address, "127.0.0.1:8080", "Where it listens; flows on one address share a listener.")
    static let sourcePath = Field<String>.defaulted(
        "path", .string("a path that starts with `/`") { $0.hasPrefix("/") }, "/",
        "What is served; `{name}` stands for one segment, `*` at the end for all that follow.")
    static let methods = Field<[Method]>.defaulted("method", .oneOrMany(of: .choice), [.post], "What is accepted.")
    static let sourceAuth = Field<DecodedFields?>.optional(
        "auth", .variants(HTTPAuthentication.server), "What a request must show.")
    static let maxBody = Field<ByteCount>.defaulted(
        "max_body", .size, .mebibytes(1), "A larger body is refused with 413.")
    static let idempotencyKey = Field<TemplateString?>.optional(
        "idempotency_key", .template, "What makes a repeat recognisable; a repeat gets the first reply.")
    static let reply = Field<DecodedFields?>.optional("reply", .fields(of: replyTable), "What is answered.")
    static let ack = Field<Acknowledgement?>.optional(
        "ack", .choice,
        "When the reply is sent: once the message is `stored`, or once it is `settled`. "
            + "By default `stored` where there is `storage:`, otherwise `settled`.")
    static let deadline = Field<Duration>.defaulted(
        "timeout", .duration, .seconds(30), "After it the reply is 504 (`ack: settled`).")

    static let status = Field<Int>.defaulted("status", .int(200...299), 200, "The status of the reply.")
    static let body = Field<ConfigurationNode?>.optional(
        "body", .any, "Its body; `{{ … }}` in it is filled in from the message.")
    static let replyTable = FieldTable(
        "reply", summary: "What a server source answers.", fields: [status, headers, body],
        example: "{status: 202, body: {id: \"{{ $meta.id }}\"}}")

    static let source = FieldTable(
        "http source", summary: "Serves HTTP; each request is one message, answered when it is safe.",
        fields: [
            listen, sourcePath, methods, sourceAuth, maxBody, idempotencyKey, reply, ack, deadline, tls,
        ],
        example: "{type: http, path: /orders, method: POST, reply: {status: 202}}",
        rules: [
            { fields, context in
                guard fields[ack] == .stored, !context.hasStorage else { return }
                context.diagnostics.error(
                    .needsStorage, "`ack: stored` in \(context.subject) needs `storage:`", at: fields.span(of: "ack"),
                    help: "add `storage: {path: ./data}`, or write `ack: settled`")
            }
        ])

    // MARK: Service

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
            """,
        rules: ServiceFields.rules)
}
