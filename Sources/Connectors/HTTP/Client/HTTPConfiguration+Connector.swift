internal import HTTPTransport
internal import IntegrationCore

/// The connector: one HTTP server.
extension HTTPConfiguration {
    static let baseURL = Field<URLValue?>.optional(
        "base_url", .url("http", "https"),
        "What every path is appended to; needed but where `endpoints` or `url` take its place.")
    static let auth = Field<DecodedFields?>.optional(
        "auth", .variants(HTTPAuthentication.client), "How requests prove who sends them.")
    static let http2 = Field<Bool>.defaulted(
        "http2", .bool, true, "Whether HTTP/2 is spoken where the server offers it.")
    static let maxConnections = Field<Int>.defaulted(
        "max_connections", .int(1...10_000), 50, "Connections to one host at most.")
    static let idleTimeout = Field<Duration>.defaulted(
        "idle_timeout", .duration, .seconds(60), "A connection that nobody uses is closed after it.")
    static let maxResponse = Field<ByteCount>.defaulted(
        "max_response", .size(in: ByteCount(1)...ByteCount.gibibytes(1)), .mebibytes(16),
        "A larger answer is refused; unpacked bytes count.")
    static let proxy = Field<URLValue?>.optional("proxy", .url("http"), "A proxy for all requests.")
    static let redirects = Field<Int>.defaulted(
        "redirects", .int(0...20), 0,
        "How many redirects one request follows. Credentials are never sent to another host, and a redirect that would "
            + "drop the body is not followed.")
    static let allow = Field<[String]>.defaulted(
        "allow", .list(of: .allowed), [],
        "Where `url` and redirects to other hosts may lead: names, `*.NAME`, `*`, and blocks of addresses such as "
            + "`10.1.0.0/16`. Addresses that are not public need a block.")

    static let probePath = Field<String>.defaulted(
        "path", .string, "", "What `connector test` asks for; its answer must then be of class 2xx.")
    static let probeMethod = Field<ProbeMethod>.defaulted(
        "method", .choice, .head, "The method, one that changes nothing.")
    static let probeTable = FieldTable(
        "probe", summary: "The harmless request of `connector test`.", fields: [probeMethod, probePath],
        shorthand: "path", example: "{method: GET, path: /healthz}")
    static let probe = Field<DecodedFields?>.optional(
        "probe", .fields(of: probeTable), "What `connector test` asks for; without it, `HEAD` of `base_url`.")

    enum ProbeMethod: String, Sendable, CaseIterable {
        case head = "HEAD"
        case get = "GET"
        case options = "OPTIONS"
    }

    static let connector = FieldTable(
        "http connector", summary: "Requests to one HTTP server, with a pool of connections.",
        fields: [
            baseURL, auth, headers, tls, http2, maxConnections, idleTimeout, maxResponse, proxy, redirects, allow,
            probe,
        ] + ConnectorFields.all,
        example: """
            type: http
            base_url: https://api.example.com
            auth: {type: bearer, token: "${secret:customer-api-token}"}
            timeout: 30s
            retry: {max_attempts: 3, backoff: {type: linear, initial: 1s, step: 1s}}
            rate_limit: {requests_per_second: 100, burst_size: 10}
            """,
        rules: [address(in: baseURL), address(in: proxy)])

    /// What a URL of the configuration must be beyond what its type demands.
    private static func address(in field: Field<URLValue?>) -> FieldTable.Rule {
        { fields, context in
            guard let url = fields[field] else { return }
            do throws(HTTPAddress.Malformed) {
                let address = try HTTPAddress(url.reveal())
                guard address.query != nil else { return }
                throw HTTPAddress.Malformed(reason: "has a query; parameters belong into `query`")
            } catch {
                context.diagnostics.error(
                    .malformedValue, "`\(field.name)` in \(context.subject) \(error.reason)",
                    at: fields.span(of: field.name))
            }
        }
    }
}

extension FieldType where Value == String {
    /// An entry of an `AddressGuard`.
    fileprivate static var allowed: FieldType {
        string("a name, `*.NAME`, `*`, an address or a block such as `10.1.0.0/16`") { text in
            (try? AddressGuard(allowing: [text])) != nil
        }
    }

    /// The name of a header (RFC 9110, 5.6.2) that is not made by the client itself.
    static var headerName: FieldType {
        string("a header's name, other than `Host`, `Content-Length` and such as only a client sets") {
            HeaderName.isSettable($0)
        }
    }
}
