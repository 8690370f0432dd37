internal import Glibc
public import IntegrationCore
internal import NIOCore
internal import NIOPosix

/// Turns names into addresses.
public struct NameResolver: Sendable {
    private let look: @Sendable (String, Duration) async throws(IntegrationError) -> [NetworkAddress]

    public init(_ look: @escaping @Sendable (String, Duration) async throws(IntegrationError) -> [NetworkAddress]) {
        self.look = look
    }

    /// The addresses of a host, the best first; a host that is an address stands for itself.
    ///
    /// - Parameter timeout: how long it may take.
    /// - Throws: `hostUnknown`, `connectTimedOut`.
    public func addresses(of host: String, timeout: Duration) async throws(IntegrationError) -> [NetworkAddress] {
        if let address = NetworkAddress(host) { return [address] }
        let found = try await look(host, timeout)
        guard !found.isEmpty else { throw Self.unknown(host, "it has no address") }
        return found
    }

    /// The system's own: `/etc/hosts`, the name servers, and whatever else it is told to ask.
    public static let system = NameResolver { host, timeout throws(IntegrationError) in
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        // The system's call can't be cancelled: at the end of the time its thread is left to end by itself.
        let found = loop.makePromise(of: [NetworkAddress].self)
        let limit = loop.scheduleTask(in: TimeAmount(timeout)) {
            found.fail(
                IntegrationError(
                    .connectTimedOut, "`\(host)` was not resolved within \(timeout.configurationText)"))
        }
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try lookUp(host) }.whenComplete { result in
            limit.cancel()
            found.completeWith(result)
        }
        do {
            return try await found.futureResult.get()
        } catch let error as IntegrationError {
            throw error
        } catch {
            throw unknown(host, "\(error)")
        }
    }

    private static func unknown(_ host: String, _ reason: String) -> IntegrationError {
        IntegrationError(.hostUnknown, "`\(host)` can't be resolved", causes: [reason])
    }

    private static func lookUp(_ host: String) throws(IntegrationError) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw unknown(host, String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let address = entry.ai_addr else { continue }
            let raw = UnsafeRawPointer(address)
            switch entry.ai_family {
            case AF_INET:
                var value = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
                found.append(NetworkAddress(bytes: withUnsafeBytes(of: &value) { Array($0) }))
            case AF_INET6:
                var value = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                found.append(NetworkAddress(bytes: withUnsafeBytes(of: &value) { Array($0) }))
            default: break
            }
        }
        return found
    }
}

extension TimeAmount {
    init(_ duration: Duration) { self = .nanoseconds(duration.nanoseconds) }
}
