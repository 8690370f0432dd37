internal import FileSystemClient
public import IntegrationCore
internal import IntegrationDocument
internal import Logging

/// Endpoints that a name's records lead to: SRV records of names that begin with `_`, A and AAAA records of others.
///
/// Name servers are asked, as `/etc/resolv.conf` has them; `/etc/hosts` is not read.
public struct DNSDiscovery: EndpointDiscovery {
    let name: String
    let port: Int?
    let scheme: String
    let path: String
    let interval: Duration
    /// Nil: what the machine's configuration says, read anew each time.
    let resolver: Resolver?

    /// - Parameters:
    ///   - port: where records carry none.
    ///   - scheme: what addresses begin with, such as `https`.
    ///   - path: what addresses end with, such as `/api`.
    ///   - interval: how long what was found holds at most.
    public init(name: String, port: Int? = nil, scheme: String = "http", path: String = "", interval: Duration) {
        self.init(name: name, port: port, scheme: scheme, path: path, interval: interval, resolver: nil)
    }

    init(
        name: String, port: Int? = nil, scheme: String = "http", path: String = "", interval: Duration,
        resolver: Resolver?
    ) {
        self.name = name
        self.port = port
        self.scheme = scheme
        self.path = path
        self.interval = max(interval, .seconds(1))
        self.resolver = resolver
    }

    public var summary: String { "dns \(name)" }

    public func run(in context: FlowContext, _ found: @Sendable ([ServiceEndpoint]?) -> Void) async {
        var known: [ServiceEndpoint] = []
        while !Task.isCancelled {
            var wait = interval
            do throws(IntegrationError) {
                let (list, ttl) = try await currentResolver().resolve(name, in: context)
                let endpoints = endpoints(list)
                if endpoints != known { found(endpoints) }
                known = endpoints
                wait = min(interval, max(ttl, .seconds(1)))
            } catch {
                if Task.isCancelled { return }
                if known.isEmpty { found(nil) }
                context.logger.warning("endpoints could not be looked up", error)
                wait = min(interval, .seconds(5))
            }
            do throws(CancellationError) { try await context.clock.sleep(for: wait) } catch { return }
        }
    }

    private func currentResolver() throws(IntegrationError) -> Resolver {
        if let resolver { return resolver }
        let block = try RegularFile.read(ResolverConfiguration.system, limit: 64 << 10)
        let text = String(decoding: UnsafeBufferPointer(start: block.start, count: block.count), as: UTF8.self)
        return Resolver(configuration: ResolverConfiguration(parsing: text))
    }

    /// By address, each once.
    private func endpoints(_ list: [Resolver.Found]) -> [ServiceEndpoint] {
        Set(list.map { endpoint($0) }).sorted { $0.address < $1.address }
    }

    private func endpoint(_ found: Resolver.Found) -> ServiceEndpoint {
        let host = found.host.utf8.contains(UInt8(ascii: ":")) ? "[\(found.host)]" : found.host
        let suffix = (found.port ?? port).map { ":\($0)" } ?? ""
        return ServiceEndpoint(address: "\(scheme)://\(host)\(suffix)\(path)", weight: found.weight)
    }
}
