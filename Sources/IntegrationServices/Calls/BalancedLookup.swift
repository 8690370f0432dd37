internal import IntegrationCore
internal import Logging

/// One service with many endpoints, which come and go while it is open.
struct BalancedLookup: Lookup {
    let service: String
    let endpoints: ServiceEndpoints
    let balancing: LoadBalancing

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        let (changes, feed) = AsyncStream.makeStream(of: ServiceEndpoints.Change.self)
        let (present, end) = endpoints.subscribe(feed)
        let pool = EndpointPool(balancing, pending: present.count)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keep(present, changes, pool, context) }
            // Also when the body fails: every endpoint closes in good order before the group is over.
            defer {
                end()
                pool.close()
            }
            try await pool.waitForFirst()
            return try await body(BalancedFinder(service: service, pool: pool))
        }
    }

    /// Opens endpoints as they come and closes them as they go.
    private func keep(
        _ present: [ServiceEndpoints.Endpoint], _ changes: AsyncStream<ServiceEndpoints.Change>, _ pool: EndpointPool,
        _ context: FlowContext
    ) async {
        await withDiscardingTaskGroup { group in
            for endpoint in present { group.addTask { await open(endpoint, pool, context) } }
            for await change in changes {
                switch change {
                case .joined(let endpoint): group.addTask { await open(endpoint, pool, context) }
                case .left(let number): pool.leave(number)
                }
            }
        }
    }

    private func open(_ endpoint: ServiceEndpoints.Endpoint, _ pool: EndpointPool, _ context: FlowContext) async {
        do {
            try await endpoint.lookup.withFinder(in: context) { finder in
                await pool.enter(endpoint.number, finder).wait()
            }
        } catch {
            let reason =
                error as? IntegrationError
                ?? IntegrationError(.noEndpoint, "endpoint `\(endpoint.name)` failed", causes: ["\(error)"])
            pool.failed(reason)
            context.logger.warning(
                "an endpoint could not be opened and gets no calls; register it again when it is mended",
                metadata: [
                    "service": "\(service)", "endpoint": "\(endpoint.name)", "code": "\(reason.code)",
                    "error": "\(reason.message)",
                ])
        }
    }
}
