internal import IntegrationCore
internal import PostgreSQLClient

/// The sources.
extension PostgresConfiguration {
    static let poll = Field<String?>.optional(
        "query", .string,
        "A query that is repeated; `$1` is the last seen value of `position`, as in `… where id > $1`. It needs no order "
            + "and no limit.")
    static let position = Field<String?>.optional(
        "position", .string,
        "A column of the query that only grows: an integer or a time. Rows beyond its last value are new; rows that share "
            + "a value come together.")
    static let start = Field<String?>.optional(
        "start", .string, "Where the position begins when nothing is known of it; by default with the first row.")
    static let queueTable = Field<String?>.optional(
        "queue", .tableName,
        "A table used as a queue, made where it is missing: rows are leased with SKIP LOCKED and deleted when settled.")
    static let listen = Field<String?>.optional(
        "listen", .string,
        "A channel of NOTIFY, which wakes the query or the queue; alone, its payloads are the messages.")
    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...10_000), 100, "Rows at most in one delivery.")
    static let pollInterval = Field<Duration>.defaulted(
        "poll_interval", .duration, .seconds(5), "How often to look where nothing wakes us.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration, .seconds(300),
        "How long a leased row is kept from others; extended at a third of it while work goes on.")

    static let source = FieldTable(
        "postgres source", summary: "Reads rows: by a query, from a queue table, or what NOTIFY tells.",
        fields: [poll, position, start, queueTable, listen, batchSize, pollInterval, visibilityTimeout],
        example: "{connector: database, query: \"select * from orders where id > $1\", position: id}",
        rules: [
            FieldTable.atMostOne(of: "query", "queue"), FieldTable.field("query", needs: "position"),
            FieldTable.field("position", needs: "query"), FieldTable.field("start", needs: "query"),
            { fields, context in
                guard !["query", "queue"].contains(where: fields.isWritten) else { return }
                guard fields.isWritten("listen") else {
                    context.diagnostics.error(
                        .missingField, "\(context.subject) needs `query`, `queue` or `listen`", at: fields.span)
                    return
                }
                context.diagnostics.warning(
                    .weakerPromise,
                    "what is told to the channel while nobody listens, and what is in hand at a crash, is lost",
                    at: fields.span(of: "listen"), help: "write it to a table, and add `query` or `queue`")
            },
        ])

    static func makeSource(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Source {
        let fields = endpoint.fields
        let connection = try PostgresConnection.of(endpoint, context)
        let channel = fields[listen]
        if let table = fields[queueTable].flatMap({ SQLName(dotted: $0) }) {
            return QueueTableSource(
                connection: connection, table: QueueTable(table), batchSize: fields[batchSize],
                visibilityTimeout: fields[visibilityTimeout], pollInterval: fields[pollInterval], channel: channel)
        }
        if let query = fields[poll], let position = fields[position] {
            return PollSource(
                connection: connection, query: PollQuery(query, position: position), start: fields[start],
                batchSize: fields[batchSize], pollInterval: fields[pollInterval], channel: channel)
        }
        guard let channel else {
            throw IntegrationError(.cannotBuild, "the source has none of `query`, `queue` and `listen`")
        }
        return NotificationSource(connection: connection, channel: channel, batchSize: fields[batchSize])
    }
}
