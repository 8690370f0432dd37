internal import Glibc

/// What a URL and the options beside it come to.
struct ConnectionPlan: Sendable {
    struct Host: Sendable, Hashable {
        /// A name, an address or a folder of Unix sockets; empty stands for the system's own folder.
        var name: String
        /// An address that is connected to in the name's place.
        var address: String
        var port: String

        /// Whether bytes for it never leave this machine.
        var isLocal: Bool {
            let target = address.isEmpty ? name.lowercased() : address
            return isSocket || target == "localhost" || target == "::1" || Self.isLoopback(target)
        }

        /// 127.0.0.0/8 (RFC 1122, 3.2.1.3); names that only look like it are none.
        private static func isLoopback(_ text: String) -> Bool {
            var address = in_addr()
            return inet_pton(AF_INET, text, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
        }

        var isSocket: Bool { address.isEmpty && (name.isEmpty || name.hasPrefix("/") || name.hasPrefix("@")) }

        var shown: String {
            isSocket ? (name.isEmpty ? "the local socket" : name) : "\(name.isEmpty ? address : name):\(portOrDefault)"
        }

        var portOrDefault: String { port.isEmpty ? "5432" : port }
    }

    /// None: whatever libpq takes by default.
    var hosts: [Host]
    /// Keywords and values for libpq; of two the later one holds.
    var options: [(String, String)]
    var database: String
    var user: String
    var sslMode: String

    var shown: String { hosts.isEmpty ? "the local socket" : hosts.map(\.shown).joined(separator: ", ") }

    /// The same without the first `count` hosts.
    func dropping(_ count: Int) -> ConnectionPlan {
        var plan = self
        plan.hosts.removeFirst(min(count, hosts.count))
        return plan
    }

    /// The options, with those hosts that are left.
    var keywords: [(String, String)] {
        guard !hosts.isEmpty else { return options }
        var all = options
        all.append(("host", hosts.map(\.name).joined(separator: ",")))
        if hosts.contains(where: { !$0.address.isEmpty }) {
            all.append(("hostaddr", hosts.map(\.address).joined(separator: ",")))
        }
        all.append(("port", hosts.map(\.portOrDefault).joined(separator: ",")))
        return all
    }
}
