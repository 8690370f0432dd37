internal import IntegrationCore
internal import IntegrationResilience
internal import PostgreSQLClient

/// What all endpoints of one connector share: where the database is, and the connections to it.
struct PostgresConnection: Sendable {
    let name: String
    let settings: PostgreSQLSettings
    let database: PostgreSQLDatabase

    /// The connection of an endpoint, made by whoever asks first.
    static func of(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> PostgresConnection {
        try shared(try context.connection(of: endpoint), context)
    }

    static func shared(
        _ connection: Connection, _ context: any MakerContext
    ) throws(IntegrationError) -> PostgresConnection {
        try context.shared("postgres \(connection.name)") { PostgresConnection(connection) }
    }

    private init(_ connection: Connection) {
        let fields = connection.fields
        name = connection.name
        let ssl = fields[PostgresConfiguration.ssl]
        let timeout = fields[ConnectorFields.timeout]
        settings = PostgreSQLSettings(
            url: fields[PostgresConfiguration.url], user: fields[PostgresConfiguration.user],
            password: fields[PostgresConfiguration.password], sslMode: ssl?[PostgresConfiguration.mode],
            authority: ssl?[PostgresConfiguration.ca]?.resolved,
            certificate: ssl?[PostgresConfiguration.cert]?.resolved,
            key: ssl?[PostgresConfiguration.key]?.resolved, connectTimeout: fields[ConnectorFields.connectTimeout],
            sendTimeout: timeout)
        var limits = PoolLimits()
        if let pool = fields[PostgresConfiguration.pool] {
            limits = PoolLimits(
                minimum: pool[PostgresConfiguration.minConnections],
                maximum: pool[PostgresConfiguration.maxConnections],
                idleTimeout: pool[PostgresConfiguration.idleTimeout],
                lifetime: pool[PostgresConfiguration.maxLifetime])
        }
        // A server that is back is to be found within seconds.
        limits.backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(3), jitter: .ratio(0.5))
        database = PostgreSQLDatabase(connection.name, settings, limits, timeout: timeout)
    }
}
