internal import Glibc
public import IntegrationCore

extension PostgreSQLConnection {
    /// The addresses of the hosts, for those who look whether they can be found; opening finds them by itself.
    ///
    /// - Returns: in words.
    /// - Throws: `hostUnknown` where none of them has one, and what is wrong with the URL.
    public nonisolated func resolve() async throws(IntegrationError) -> String {
        try await interruptible { connection throws(IntegrationError) in
            let plan = try connection.settings.plan()
            var found: [String] = []
            var failure: IntegrationError?
            for host in plan.hosts where !host.isSocket {
                let name = host.address.isEmpty ? host.name : host.address
                do throws(IntegrationError) {
                    found += try Self.addresses(of: name)
                } catch {
                    failure = error
                }
            }
            if found.isEmpty, let failure { throw failure }
            return found.isEmpty ? plan.shown : found.prefix(3).joined(separator: ", ") + (found.count > 3 ? ", …" : "")
        }
    }

    private static func addresses(of name: String) throws(IntegrationError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            throw IntegrationError(
                .hostUnknown, "the name `\(name)` can't be resolved", causes: [String(cString: gai_strerror(code))])
        }
        defer { freeaddrinfo(list) }
        var texts: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                == 0
            {
                texts.append(text.withUnsafeBufferPointer { String(cString: $0.baseAddress.unsafelyUnwrapped) })
            }
            next = entry.pointee.ai_next
        }
        return texts
    }
}
