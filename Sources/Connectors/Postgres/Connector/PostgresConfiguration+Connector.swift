internal import IntegrationCore
internal import PostgreSQLClient

/// The connector: one database.
extension PostgresConfiguration {
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
    static let maxLifetime = Field<Duration>.defaulted(
        "max_lifetime", .duration, .seconds(3600), "A connection as old as that is replaced when nobody uses it.")
    static let idleTimeout = Field<Duration>.defaulted(
        "idle_timeout", .duration, .seconds(300), "A connection that nobody uses is closed after it.")
    static let poolTable = FieldTable(
        "pool", summary: "How many connections are kept.",
        fields: [minConnections, maxConnections, idleTimeout, maxLifetime],
        example: "{min_connections: 5, max_connections: 20, idle_timeout: 5m}",
        rules: [
            { fields, context in
                guard fields[minConnections] > fields[maxConnections] else { return }
                context.diagnostics.error(
                    .conflictingFields, "`min_connections` is larger than `max_connections` in \(context.subject)",
                    at: fields.span(of: "min_connections"), help: "at most \(fields[maxConnections])")
            }
        ])

    static let mode = Field<PostgreSQLSettings.SSLMode>.defaulted(
        "mode", .choice, .verifyFull, "What is demanded, as libpq's `sslmode`.")
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
}
