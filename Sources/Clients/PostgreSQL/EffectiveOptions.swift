internal import FileSystemClient
internal import Glibc
internal import IntegrationCore
internal import IntegrationDocument

/// What libpq will take as options of a connection: those of the URL before those of a service before the environment's
/// (PostgreSQL, 34.1 to 34.17).
struct EffectiveOptions {
    private let written: [String: String]
    private let service: [String: String]?
    private let environment: (String) -> String?

    /// Options that an environment variable stands for.
    private static let variables = [
        "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
        "service": "PGSERVICE", "servicefile": "PGSERVICEFILE", "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
    ]

    /// - Parameter environment: the value of a variable.
    init(
        written: [String: String],
        environment: @escaping (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) {
        self.written = written
        self.environment = environment
        let name = written["service"] ?? environment("PGSERVICE")
        service = name.flatMap { Self.section($0, environment) }
        isElsewhere = name != nil && service == nil
    }

    /// Whether a service is named that we can't read, so that nobody knows where the host is.
    let isElsewhere: Bool

    subscript(option: String) -> String? {
        written[option] ?? service?[option] ?? Self.variables[option].flatMap(environment)
    }

    /// Bytes of a service file that is read.
    private static let mostBytes = 1 << 20

    /// The options of a service, out of the first file that has it; nil where none does, or where they come from LDAP.
    private static func section(_ name: String, _ environment: (String) -> String?) -> [String: String]? {
        let own = environment("PGSERVICEFILE") ?? environment("HOME").map { $0 + "/.pg_service.conf" }
        let shared = (environment("PGSYSCONFDIR") ?? "/etc/postgresql-common") + "/pg_service.conf"
        for file in [own, shared] {
            // One that can't be read has nothing for libpq either, which says so.
            guard let file, let block = try? RegularFile.read(file, limit: mostBytes) else { continue }
            let text = String(decoding: UnsafeBufferPointer(start: block.start, count: block.count), as: UTF8.self)
            if let found = section(name, in: text) { return found }
        }
        return nil
    }

    /// The options of a service in the text of a service file.
    private static func section(_ name: String, in text: String) -> [String: String]? {
        var options: [String: String]?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = String(line).trimmedOfBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("[") {
                if options != nil { break }
                if line == "[\(name)]" { options = [:] }
            } else if options != nil {
                // Those of LDAP are asked for by libpq alone.
                guard let equals = line.firstIndex(of: "="), !line.hasPrefix("ldap") else { return nil }
                // The first of two holds.
                let option = String(line[..<equals])
                if options?[option] == nil { options?[option] = String(line[line.index(after: equals)...]) }
            }
        }
        return options
    }
}
