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
}
