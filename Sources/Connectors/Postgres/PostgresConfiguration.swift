public import IntegrationCore

/// Everything about PostgreSQL that a configuration can say: connector, destination, source, service.
public enum PostgresConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "postgres", connector, isBuilt: false),
        TypeDescription(.source, "postgres", source, isBuilt: false, connector: "postgres"),
        TypeDescription(.destination, "postgres", destination, isBuilt: false, connector: "postgres"),
        TypeDescription(.service, "postgres", service, isBuilt: false, connector: "postgres"),
    ]

    // MARK: Connector

    static let url = Field<URLValue>.required(
        "url", .url("postgres", "postgresql"), "Host, port, database and user.")
    static let user = Field<String?>.optional("user", .string, "The user, where the URL names none.")
    static let password = Field<SecretString?>.optional("password", .secret, "The password, where the URL has none.")
    static let pool = Field<DecodedFields?>.optional("pool", .fields(of: poolTable), "How many connections are kept.")
    static let ssl = Field<DecodedFields?>.optional(
        "ssl", .fields(of: sslTable),
        "Encryption. Without it `verify-full` with the system's authorities; on loopback and Unix sockets `prefer`.")

    static let minConnections = Field<Int>.defaulted(
        "min_connections", .int(0...10_000), 0, "So many are kept open.")
    static let maxConnections = Field<Int>.defaulted("max_connections", .int(1...10_000), 10, "So many at most.")
    static let idleTimeout = Field<Duration>.defaulted(
        "idle_timeout", .duration, .seconds(300), "A connection that nobody uses is closed after it.")
    static let poolTable = FieldTable(
        "pool", summary: "How many connections are kept.", fields: [minConnections, maxConnections, idleTimeout],
        example: "{min_connections: 5, max_connections: 20, idle_timeout: 5m}",
        rules: [
            { fields, context in
                guard fields[minConnections] > fields[maxConnections] else { return }
                context.diagnostics.error(
                    .conflictingFields, "`min_connections` is larger than `max_connections` in \(context.subject)",
                    at: fields.span(of: "min_connections"), help: "at most \(fields[maxConnections])")
            }
        ])

    enum Mode: String, Sendable, CaseIterable {
        case disable, allow, prefer, require
        case verifyCA = "verify-ca"
        case verifyFull = "verify-full"
    }

    static let mode = Field<Mode>.defaulted("mode", .choice, .verifyFull, "What is demanded, as libpq's `sslmode`.")
    static let ca = Field<PathValue?>.optional("ca", .path, "Authorities to trust (PEM); without it the system's.")
    static let cert = Field<PathValue?>.optional("cert", .path, "Our own certificate (PEM).")
    static let key = Field<PathValue?>.optional("key", .path, "Its private key (PEM).")
    static let sslTable = FieldTable(
        "ssl", summary: "How connections are encrypted and checked.", fields: [mode, ca, cert, key],
        example: "{mode: verify-full, ca: certs/ca.crt}",
        rules: [
            FieldTable.field("cert", needs: "key"), FieldTable.field("key", needs: "cert"),
            { fields, context in
                guard fields[mode] == .require, fields[ca] != nil else { return }
                context.diagnostics.warning(
                    .conflictingFields, "`mode: require` with a `ca` checks the authority but not the host's name",
                    at: fields.span(of: "mode"), help: "write `mode: verify-full`")
            },
        ])

    static let connector = FieldTable(
        "postgres connector", summary: "A pool of connections to one PostgreSQL database.",
        fields: [url, user, password, pool, ssl] + ConnectorFields.all,
        example: """
            type: postgres
            url: postgres://localhost/db
            pool: {min_connections: 5, max_connections: 20, idle_timeout: 5m}
            ssl: {mode: verify-full, ca: certs/ca.crt}
            """)

    // MARK: Destination and service

    static let statement = Field<String>.required(
        "statement", .string, "The SQL, with `$1`, `$2` … for values; it never changes at run time.")
    static let arguments = Field<[JSONPathText]>.defaulted(
        "args", .list(of: .jsonPath), [], "What `$1`, `$2` … stand for, as paths into the message.")

    static let destination = FieldTable(
        "postgres destination", summary: "Runs one statement for each message; COMMIT accepts it.",
        fields: [statement, arguments],
        example: """
            connector: database
            statement: insert into orders (id, doc) values ($1, $2) on conflict (id) do nothing
            args: [$.id, $]
            """)

    static let lookupArguments = Field<[ExpressionText]>.defaulted(
        "args", .list(of: .expression), ["$key"],
        "What `$1`, `$2` … stand for; `$key` is the value of the lookup field.")
    static let single = Field<Bool>.defaulted(
        "single", .bool, true, "Whether the answer is one row as an object, or all rows as a list.")

    static let service = FieldTable(
        "postgres service", summary: "Answers lookups by a query.",
        fields: [statement, lookupArguments, single, ServiceFields.cache],
        example: """
            connector: database
            statement: select name, tier from customers where id = $1
            args: [$key]
            """)

    // MARK: Source

    static let poll = Field<String?>.optional(
        "query", .string, "A query that is repeated; `$1` is the last seen value of `position`.")
    static let position = Field<String?>.optional(
        "position", .string, "A column that only grows, such as an id; rows after its last value are new.")
    static let queueTable = Field<String?>.optional(
        "queue", .string, "A table used as a queue: rows are leased with SKIP LOCKED and deleted when settled.")
    static let listen = Field<String?>.optional("listen", .string, "A channel of NOTIFY; alone, or to wake the query.")
    static let slot = Field<String?>.optional("slot", .string, "A logical replication slot: changes as they happen.")
    static let publication = Field<String?>.optional("publication", .string, "What the slot publishes.")
    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...100_000), 100, "Rows at most in one delivery.")
    static let pollInterval = Field<Duration>.defaulted(
        "poll_interval", .duration, .seconds(5), "How often to ask where nothing wakes us.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration, .seconds(300), "After it an unsettled row is handed out again.")

    static let source = FieldTable(
        "postgres source", summary: "Reads rows: by a query, a queue table, NOTIFY or logical replication.",
        fields: [
            poll, position, queueTable, listen, slot, publication, batchSize, pollInterval, visibilityTimeout,
        ],
        example: "{connector: database, query: \"select * from orders where id > $1 order by id\", position: id}",
        rules: [
            FieldTable.atMostOne(of: "query", "queue", "slot"), FieldTable.field("query", needs: "position"),
            FieldTable.field("slot", needs: "publication"),
            { fields, context in
                let any = ["query", "queue", "slot", "listen"].contains(where: fields.isWritten)
                guard !any else { return }
                context.diagnostics.error(
                    .missingField, "\(context.subject) needs `query`, `queue`, `slot` or `listen`", at: fields.span)
            },
        ])
}
