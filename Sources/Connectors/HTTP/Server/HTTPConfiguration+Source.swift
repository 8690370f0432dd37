internal import IntegrationCore

/// The source: a server.
extension HTTPConfiguration {
    public enum Acknowledgement: String, Sendable, CaseIterable { case stored, settled }

    static let listen = Field<String>.defaulted(
        "listen", .address, "127.0.0.1:8080", "Where it listens; flows on one address share a listener.")
    static let sourcePath = Field<String>.defaulted(
        "path", .string("a path that starts with `/`") { $0.hasPrefix("/") }, "/",
        "What is served; `{name}` stands for one segment, `*` at the end for all that follow.")
    static let methods = Field<[Method]>.defaulted("method", .oneOrMany(of: .choice), [.post], "What is accepted.")
    static let sourceAuth = Field<DecodedFields?>.optional(
        "auth", .variants(HTTPAuthentication.server), "What a request must show.")
    static let serverTLS = Field<TLSConfiguration?>.optional(
        "tls", .table, "Our certificate (`cert`, `key`); with `ca` clients must show one that it signed.")
    static let contentTypes = Field<[String]>.defaulted(
        "content_types", .list(of: .string("a media type such as `application/json` or `text/*`") { $0.contains("/") }),
        [], "What a body may be, others are refused with 415; by default anything.")
    static let crossOrigin = Field<DecodedFields?>.optional(
        "cors", .fields(of: crossOriginTable), "Which pages of other origins may send requests.")

    static let readsEvents = Field<Bool>.defaulted(
        "cloudevents", .bool, false,
        "Whether requests carry CloudEvents 1.0 (binary, structured or batched): their data are the messages, their "
            + "attributes `$meta.cloudevent`; what carries none is refused with 400.")

    // MARK: Answers

    static let idempotencyKey = Field<TemplateString?>.optional(
        "idempotency_key", .template, "What makes a repeat recognisable; a repeat gets the first reply.")
    static let idempotencyWindow = Field<Duration>.defaulted(
        "idempotency_window", .duration(in: .seconds(1)...Duration.seconds(366 * 86_400)), .seconds(86_400),
        "How long repeats are recognised.")
    static let reply = Field<DecodedFields?>.optional("reply", .fields(of: replyTable), "What is answered.")
    static let ack = Field<Acknowledgement?>.optional(
        "ack", .choice,
        "When the reply is sent: once the message is `stored`, or once it is `settled`. "
            + "By default `stored` where there is `storage:`, otherwise `settled`.")
    static let deadline = Field<Duration>.defaulted(
        "timeout", .duration(in: .milliseconds(1)...Duration.seconds(86_400)), .seconds(30),
        "After it the reply is 504; the message may still go on.")

    // MARK: Limits

    static let maxBody = Field<ByteCount>.defaulted(
        "max_body", .size, .mebibytes(1), "A larger body is refused with 413.")
    static let maxHeaders = Field<ByteCount>.defaulted(
        "max_headers", .size(in: .kibibytes(1)...ByteCount.mebibytes(1)), .kibibytes(32),
        "Larger headers are refused with 431, and so are more than 100.")
    static let maxWaiting = Field<Int>.defaulted(
        "max_waiting", .int(1...1_000_000), 1000, "Requests that wait for the flow; more are refused with 429.")
    static let maxServerConnections = Field<Int>.defaulted(
        "max_connections", .int(1...1_000_000), 10_000, "Open connections at most; more are closed at once.")
    static let headerTimeout = Field<Duration>.defaulted(
        "header_timeout", .duration(in: .milliseconds(1)...Duration.seconds(3600)), .seconds(10),
        "A connection that brings no whole head within it is closed.")
    static let bodyTimeout = Field<Duration>.defaulted(
        "body_timeout", .duration(in: .milliseconds(1)...Duration.seconds(86_400)), .seconds(30),
        "A body that is not there within it is refused with 408.")
    static let keepAlive = Field<Duration>.defaulted(
        "keep_alive", .duration(in: .milliseconds(1)...Duration.seconds(86_400)), .seconds(60),
        "How long a connection may be idle between two requests.")
    static let serverBatch = Field<Int>.defaulted(
        "batch_size", .int(1...100_000), 100, "Messages at most in one delivery; what is there is delivered at once.")
    static let concurrency = Field<Int?>.optional(
        "concurrency", .int(1...1024), "Deliveries worked on at once; without it twice the processors.")

    static let replyStatus = FieldType<TemplateString>(
        shape: .either([.int(200...599), .template]), encode: { FieldType<TemplateString>.template.encode($0) }
    ) { node, context in
        guard let text = FieldType<TemplateString>.template.decode(node, &context) else { return nil }
        guard text.text.contains("{{") || Int(text.text).map({ (200...599).contains($0) }) == true else {
            context.malformed(node, "must be a status from 200 to 599, or `{{ … }}` that gives one")
            return nil
        }
        return text
    }
    static let status = Field<TemplateString>.defaulted("status", replyStatus, "200", "The status of the reply.")
    static let replyTable = FieldTable(
        "reply", summary: "What a server source answers to a message that is safe.", fields: [status, headers, body],
        example: "{status: 202, body: {id: \"{{ $meta.id }}\"}}")

    static let origins = Field<[String]>.required(
        "origins", .list(of: .string), "Such as `https://app.example.com`; `\"*\"` stands for any.")
    static let allowedHeaders = Field<[String]>.defaulted(
        "headers", .list(of: .string), ["Content-Type"], "Headers that a page may set.")
    static let exposedHeaders = Field<[String]>.defaulted(
        "expose", .list(of: .string), [], "Headers of a reply that a page may see.")
    static let allowsCredentials = Field<Bool>.defaulted(
        "credentials", .bool, false, "Whether browsers send cookies and certificates with requests of pages.")
    static let maximumAge = Field<Duration>.defaulted(
        "max_age", .duration, .seconds(600), "How long browsers remember the answer.")
    static let crossOriginTable = FieldTable(
        "cors", summary: "Which pages of other origins may send requests.",
        fields: [origins, allowedHeaders, exposedHeaders, allowsCredentials, maximumAge],
        example: "{origins: [https://app.example.com]}",
        rules: [
            { fields, context in
                guard fields[allowsCredentials], fields[origins].contains("*") else { return }
                context.diagnostics.error(
                    .conflictingFields, "`credentials` in \(context.subject) needs origins that are named",
                    at: fields.span(of: "credentials"), help: "name the origins instead of `\"*\"`")
            }
        ])

    static let source = FieldTable(
        "http source", summary: "Serves HTTP; each request is one message, answered when it is safe.",
        fields: [
            listen, sourcePath, methods, sourceAuth, maxBody, idempotencyKey, idempotencyWindow, reply, ack, deadline,
            serverTLS, contentTypes, readsEvents, crossOrigin, maxHeaders, maxWaiting, maxServerConnections,
            headerTimeout,
            bodyTimeout, keepAlive, serverBatch, concurrency,
        ],
        example: "{type: http, path: /orders, method: POST, reply: {status: 202}}",
        rules: [
            { fields, context in
                guard fields[ack] == .stored, !context.hasStorage else { return }
                context.diagnostics.error(
                    .needsStorage, "`ack: stored` in \(context.subject) needs `storage:`", at: fields.span(of: "ack"),
                    help: "add `storage: {path: ./data}`, or write `ack: settled`")
            },
            { fields, context in
                guard fields[readsEvents], fields[idempotencyKey] != nil else { return }
                context.diagnostics.error(
                    .conflictingFields,
                    "`idempotency_key` and `cloudevents` in \(context.subject) exclude each other: a request may be many "
                        + "messages", at: fields.span(of: "idempotency_key"),
                    help: "use an `idempotent` step with `key: $meta.cloudevent.source & $meta.cloudevent.id`")
            },
            { fields, context in
                guard let tls = fields[serverTLS], tls.cert == nil else { return }
                context.diagnostics.error(
                    .missingField, "`tls` in \(context.subject) needs `cert` and `key`: a server shows who it is",
                    at: fields.span(of: "tls"), help: "add `cert: server.crt` and `key: server.key`")
            },
        ])
}
