internal import IntegrationCore

/// Asks name servers for the records of a name, with how long they hold: `getaddrinfo` tells neither that nor SRV.
struct Resolver: Sendable {
    var configuration: ResolverConfiguration
    var transport: any DNSTransport = NetworkDNSTransport()

    /// One address, host and port, that a name leads to.
    struct Found: Sendable, Hashable {
        /// A name or an address; IPv6 addresses without brackets.
        var host: String
        var port: Int?
        var weight: Int
    }

    /// Aliases that are followed in one answer.
    private static let mostAliases = 8

    /// Names that begin with `_` have SRV records (RFC 2782), others A and AAAA records.
    ///
    /// - Returns: what was found, and how long it holds.
    /// - Throws: `endpointsNotFound`, `hostUnknown` or `answerTimedOut`.
    func resolve(_ name: String, in context: FlowContext) async throws(IntegrationError) -> ([Found], Duration) {
        var reason = IntegrationError(.endpointsNotFound, "`\(name)` has no records")
        for candidate in configuration.candidates(name) {
            do throws(IntegrationError) {
                let (found, ttl) =
                    name.hasPrefix("_")
                    ? try await services(candidate, context) : try await addresses(candidate, context)
                if !found.isEmpty { return (Array(found.prefix(EndpointList.most)), ttl) }
            } catch {
                reason = error
                guard error.code == .endpointsNotFound else { throw error }
            }
        }
        throw reason
    }

    private func services(
        _ name: String, _ context: FlowContext
    ) async throws(IntegrationError) -> ([Found], Duration) {
        var list: [(priority: Int, found: Found)] = []
        var ttl = Duration.seconds(Int32.max)
        for record in try await records(name, .service, context) {
            ttl = min(ttl, record.ttl)
            // The root as target: the service is decidedly not there.
            guard case .service(let priority, let weight, let port, let target) = record.content, !target.isEmpty else {
                continue
            }
            list.append((priority, Found(host: target, port: port, weight: min(max(1, weight), EndpointList.heaviest))))
        }
        // Others are for when none of these is left.
        let first = list.map(\.priority).min()
        return (list.filter { $0.priority == first }.map(\.found), ttl)
    }

    private func addresses(
        _ name: String, _ context: FlowContext
    ) async throws(IntegrationError) -> ([Found], Duration) {
        var list: [Found] = []
        var ttl = Duration.seconds(Int32.max)
        var reason: IntegrationError?
        for kind in [DNSKind.a, .aaaa] {
            do throws(IntegrationError) {
                for record in try await records(name, kind, context) {
                    ttl = min(ttl, record.ttl)
                    guard case .address(let host) = record.content else { continue }
                    list.append(Found(host: host, port: nil, weight: 1))
                }
            } catch {
                reason = error
            }
        }
        // One family is enough.
        if list.isEmpty, let reason { throw reason }
        return (list, ttl)
    }

    /// The records of a name, behind its aliases, and the aliases themselves.
    private func records(
        _ name: String, _ kind: DNSKind, _ context: FlowContext
    ) async throws(IntegrationError) -> [DNSRecord] {
        var random = context.random
        let message = try DNSMessage(id: UInt16.random(in: .min ... .max, using: &random), name: name, kind: kind)
        let answer = try await ask(message, context)
        guard answer.code != 3 else { throw IntegrationError(.endpointsNotFound, "there is no name `\(name)`") }
        var wanted = message.name
        var found: [DNSRecord] = []
        for _ in 0...Self.mostAliases {
            let own = answer.records.filter { $0.name == wanted }
            found += own
            guard case .alias(let next)? = own.first?.content else { break }
            wanted = next
        }
        return found
    }

    /// Asks one server after another until one knows the answer.
    private func ask(_ message: DNSMessage, _ context: FlowContext) async throws(IntegrationError) -> DNSAnswer {
        var causes: [String] = []
        for _ in 0..<configuration.attempts {
            for server in configuration.servers {
                do {
                    let answer = try await ask(message, server, context)
                    // Failures of the server's own: another one may know better.
                    if answer.code == 0 || answer.code == 3 { return answer }
                    causes.append("\(server) answered with code \(answer.code)")
                } catch {
                    if Task.isCancelled { break }
                    causes.append("\(server): \(error)")
                }
            }
        }
        throw IntegrationError(
            .hostUnknown, "no name server answered for `\(message.name)`",
            causes: [causes.suffix(3).joined(separator: "; ")])
    }

    private func ask(_ message: DNSMessage, _ server: String, _ context: FlowContext) async throws -> DNSAnswer {
        let answer = try await ask(message, server, overTCP: false, context)
        return answer.isTruncated ? try await ask(message, server, overTCP: true, context) : answer
    }

    private struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    private func ask(
        _ message: DNSMessage, _ server: String, overTCP: Bool, _ context: FlowContext
    ) async throws -> DNSAnswer {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { [transport, configuration] in
                try await transport.ask(
                    message.query, at: server, port: configuration.port, overTCP: overTCP
                ) { message.answer($0) != nil }
            }
            group.addTask { [clock = context.clock, timeout = configuration.timeout] in
                try await clock.sleep(for: timeout)
                throw TimedOut(description: "no answer within \(timeout)")
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next(), let answer = message.answer(bytes) else {
                throw TimedOut(description: "no answer")
            }
            return answer
        }
    }
}
