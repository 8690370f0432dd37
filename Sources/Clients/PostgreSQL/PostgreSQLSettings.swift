internal import CLibPQ
internal import Glibc
public import IntegrationCore

/// How connections to one database are made. A description: it opens nothing.
public struct PostgreSQLSettings: Sendable {
    /// What is demanded of TLS (PostgreSQL, 34.19).
    public enum SSLMode: String, Sendable, CaseIterable {
        case disable, allow, prefer, require
        case verifyCA = "verify-ca"
        case verifyFull = "verify-full"
    }

    /// `postgres://user:password@host:port,host2:port2/database?option=value` (PostgreSQL, 34.1.1.2).
    public var url: URLValue
    /// Where the URL has none.
    public var user: String?
    public var password: SecretString?
    /// Nil: `verify-full` with the system's authorities, and `prefer` where everything stays on this machine.
    public var sslMode: SSLMode?
    /// Files in PEM.
    public var authority: String?
    public var certificate: String?
    public var key: String?
    /// How long a connection may take at each host, until the server is ready for work.
    public var connectTimeout: Duration
    /// How long sent bytes may stay unconfirmed before the system gives the connection up.
    public var sendTimeout: Duration

    public init(
        url: URLValue, user: String? = nil, password: SecretString? = nil, sslMode: SSLMode? = nil,
        authority: String? = nil, certificate: String? = nil, key: String? = nil,
        connectTimeout: Duration = .seconds(10), sendTimeout: Duration = .seconds(30)
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.sslMode = sslMode
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.connectTimeout = connectTimeout
        self.sendTimeout = sendTimeout
    }

    /// Where the system keeps the authorities that it trusts; the first that is there: Debian, Fedora, SUSE, Alpine.
    public var systemAuthorities = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    /// Reads the URL.
    ///
    /// - Throws: `cannotBuild` where libpq can't make sense of it, `sqlLibraryMissing`.
    func plan() throws(IntegrationError) -> ConnectionPlan {
        let written = try EffectiveOptions(written: writtenOptions())
        let names = written["host"] ?? ""
        let addresses = written["hostaddr"] ?? ""
        let ports = written["port"] ?? ""
        let count = max(names.listCount, addresses.listCount)
        var hosts: [ConnectionPlan.Host] = []
        for index in 0..<count {
            hosts.append(
                ConnectionPlan.Host(
                    name: names.listItem(index), address: addresses.listItem(index),
                    port: ports.listCount == 1 ? ports : ports.listItem(index)))
        }
        // Later entries win over earlier ones, and what the URL says stands in the middle.
        var options: [(String, String)] = [
            ("client_encoding", "UTF8"), ("fallback_application_name", "integration"), ("gssencmode", "disable"),
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(max(1, sendTimeout.milliseconds))"),
        ]
        let isLocal = hosts.allSatisfy(\.isLocal) && !written.isElsewhere
        let mode = sslMode?.rawValue ?? written["sslmode"] ?? (isLocal ? "prefer" : SSLMode.verifyFull.rawValue)
        if mode.hasPrefix("verify"), authority == nil, written["sslrootcert"] == nil {
            guard let file = systemAuthorities.first(where: { access($0, R_OK) == 0 }) else {
                throw IntegrationError(
                    .tlsFailed, "the system's authorities are in none of \(systemAuthorities)",
                    remedy: "Install `ca-certificates`, or name the file in `ssl.ca`.")
            }
            options.append(("sslrootcert", file))
        }
        if let user { options.append(("user", user)) }
        if let password { options.append(("password", password.reveal())) }
        options.append(("dbname", url.reveal()))
        options.append(("sslmode", mode))
        if let authority { options.append(("sslrootcert", authority)) }
        if let certificate { options.append(("sslcert", certificate)) }
        if let key { options.append(("sslkey", key)) }
        return ConnectionPlan(
            hosts: hosts, options: options, database: written["dbname"] ?? written["user"] ?? user ?? "",
            user: written["user"] ?? user ?? "", sslMode: mode)
    }

    /// Words of libpq about the URL, which may quote any part of it.
    private func withoutPassword(_ words: String) -> String {
        let text = url.reveal()
        var secrets: [Substring] = []
        if let start = text.firstRange(of: "://")?.upperBound {
            let authority = text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
                secrets.append(authority[authority.index(after: colon)..<at])
            }
        }
        for option in text.split(separator: "?").last?.split(separator: "&") ?? [] {
            if let equals = option.firstIndex(of: "="), option[..<equals].contains("password") {
                secrets.append(option[option.index(after: equals)...])
            }
        }
        return secrets.filter { !$0.isEmpty }.reduce(words) { $0.replacing($1, with: SecretString.mask) }
    }

    /// The options that the URL holds.
    private func writtenOptions() throws(IntegrationError) -> [String: String] {
        try LibPQ.load()
        var reason: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url.reveal(), &reason) else {
            defer { PQfreemem(reason) }
            let words = reason.map { String(cString: $0).trimmedOfBlanks } ?? "it can't be read"
            throw IntegrationError(
                .cannotBuild, "`url`: \(withoutPassword(words))",
                remedy: "Write it like `postgres://user@db.example.com:5432/orders`.")
        }
        defer { PQconninfoFree(options) }
        var written: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { written[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return written
    }
}

extension String {
    fileprivate var listCount: Int { isEmpty ? 0 : split(separator: ",", omittingEmptySubsequences: false).count }

    fileprivate func listItem(_ index: Int) -> String {
        let items = split(separator: ",", omittingEmptySubsequences: false)
        return items.indices.contains(index) ? String(items[index]) : ""
    }
}
