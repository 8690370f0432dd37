internal import IntegrationCore

/// The connector: one HTTP server.
extension HTTPConfiguration {
    static let baseURL = Field<URLValue>.required(
        "base_url", .url("http", "https"), "What every path is appended to.")
    static let auth = Field<DecodedFields?>.optional(
        "auth", .variants(HTTPAuthentication.client), "How requests prove who sends them.")
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
}
