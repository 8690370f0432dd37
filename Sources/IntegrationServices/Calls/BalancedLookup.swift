public import IntegrationCore
internal import IntegrationResilience
internal import Logging

/// One service with many endpoints, which come and go while it is open.
public struct BalancedLookup: Lookup {
    public let service: String
    /// Those that the configuration names.
    public let endpoints: [ServiceEndpoint]
    /// Where more are found; nil: nowhere.
    public let discovery: (any EndpointDiscovery)?
    public let settings: ServiceSettings
    private let members: ServiceMembers
    private let make: @Sendable (ServiceEndpoint) throws(IntegrationError) -> any Lookup

    /// - Parameters:
    ///   - registry: where endpoints are registered at run time.
    ///   - make: what answers at an endpoint; opens nothing.
    public init(
        _ service: String, endpoints: [ServiceEndpoint] = [], discovery: (any EndpointDiscovery)? = nil,
        settings: ServiceSettings = ServiceSettings(), registry: ServiceRegistry,
        make: @escaping @Sendable (ServiceEndpoint) throws(IntegrationError) -> any Lookup
    ) {
        self.service = service
        self.endpoints = endpoints
        self.discovery = discovery
        self.settings = settings
        self.make = make
        members = registry.members(of: service)
    }

    /// What answers at an endpoint.
    func lookup(at endpoint: ServiceEndpoint) throws(IntegrationError) -> any Lookup { try make(endpoint) }

    /// How long the first endpoints may take: until then calls wait for them.
    private static var patience: Duration { .seconds(5) }

    public func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        let pool = EndpointPool(service, settings, in: context)
        if discovery == nil { pool.find(endpoints) }
        members.opened(pool)
        defer { members.closed(pool) }
        let closing = ShutdownSignal()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keep(pool, closing, context) }
            if let discovery {
                group.addTask {
                    await closing.cutting {
                        await discovery.run(in: context) { endpoints in
                            pool.find(endpoints)
                            members.changes.wake()
                        }
                    }
                }
            }
            // Also when the body fails: every endpoint closes in good order before the group is over.
            defer {
                pool.close()
                closing.signal()
                members.changes.wake()
            }
            try await pool.waitForFirst(patience: Self.patience)
            return try await body(
                BalancedFinder(service: service, settings: settings, pool: pool, clock: context.clock))
        }
    }

    /// Opens endpoints as they come and closes them as they go.
    private func keep(_ pool: EndpointPool, _ closing: ShutdownSignal, _ context: FlowContext) async {
        await withDiscardingTaskGroup { group in
            var known: [(number: Int, member: ServiceMembers.Registered)] = []
            var count = 0
            while !pool.isClosed, !Task.isCancelled {
                let seen = members.changes.count
                let found = pool.found
                let present = members.present(found ?? [])
                for (number, member) in known where !present.contains(where: member.isSame) { pool.leave(number) }
                known.removeAll { known in !present.contains(where: known.member.isSame) }
                let new = present.filter { member in !known.contains { $0.member.isSame(member) } }
                let numbered = zip((count + 1)..., new).map { (number: $0, member: $1) }
                count += new.count
                known += numbered
                pool.announce(numbered.map { ($0.number, $0.member.endpoint) }, isComplete: found != nil)
                for (number, member) in numbered {
                    group.addTask { await open(number, member, pool, closing, context) }
                }
                await members.changes.wait(after: seen)
            }
            // Endpoints close when those who ask them are done, cancelled or not.
            await closing.waitToTheEnd()
        }
    }

    /// Keeps an endpoint open until it goes; one that can't be opened is tried again.
    private func open(
        _ number: Int, _ member: ServiceMembers.Registered, _ pool: EndpointPool, _ closing: ShutdownSignal,
        _ context: FlowContext
    ) async {
        let endpoint = member.endpoint
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60), jitter: .ratio(0.2))
        var random = context.random
        var failures = 0
        var wasOpen = false
        while true {
            do {
                let lookup = try member.lookup ?? make(endpoint)
                return try await lookup.withFinder(in: context) { finder in
                    let unused = pool.enter(number, endpoint, finder)
                    wasOpen = true
                    await check(number, finder, until: unused, pool, context)
                    await unused.waitToTheEnd()
                }
            } catch {
                let reason =
                    error as? IntegrationError
                    ?? IntegrationError(.noEndpoint, "endpoint `\(endpoint.name)` failed", causes: ["\(error)"])
                let facts: Logger.Metadata = [
                    "service": "\(service)", "endpoint": "\(endpoint.name)", "code": "\(reason.code)",
                    "error": "\(reason.message)",
                ]
                if wasOpen {
                    return context.logger.warning("an endpoint could not be closed properly", metadata: facts)
                }
                guard pool.failed(number, reason), !Task.isCancelled else { return }
                failures += 1
                context.logger.warning("an endpoint could not be opened and gets no calls", metadata: facts)
            }
            let wait = backoff.wait(after: failures, using: &random)
            await closing.cutting { [clock = context.clock] in
                do throws(CancellationError) { try await clock.sleep(for: wait) } catch {}
            }
            if Task.isCancelled || !pool.isWanted(number) { return }
        }
    }

    /// Asks an endpoint whether it is well, again and again, until it goes.
    private func check(
        _ number: Int, _ finder: any Finder, until unused: ShutdownSignal, _ pool: EndpointPool, _ context: FlowContext
    ) async {
        guard let checks = settings.checks, let checking = finder as? any HealthChecking else { return }
        await unused.cutting { [clock = context.clock] in
            while !Task.isCancelled {
                do throws(IntegrationError) {
                    try await checking.checkHealth(checks.path, timeout: checks.timeout)
                    pool.noteCheck(number, nil)
                } catch {
                    if Task.isCancelled { return }
                    pool.noteCheck(number, error)
                }
                do throws(CancellationError) { try await clock.sleep(for: checks.interval) } catch { return }
            }
        }
    }
}

extension ShutdownSignal {
    /// Runs `body` and cancels it when the signal is given.
    ///
    /// - Returns: whether the signal was given.
    @discardableResult
    func cutting(_ body: @escaping @Sendable () async -> Void) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
        return isSignalled
    }
}
