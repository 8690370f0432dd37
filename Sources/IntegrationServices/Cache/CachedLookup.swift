public import IntegrationCore

/// A service whose answers are kept for a while; lookups of one key at the same time make one call.
public struct CachedLookup: Lookup {
    private let lookup: any Lookup
    private let settings: CacheSettings
    private let members: ServiceMembers

    /// - Parameter registry: tells how the cache of `service` fares.
    public init(_ lookup: any Lookup, _ settings: CacheSettings, of service: String, registry: ServiceRegistry) {
        self.lookup = lookup
        self.settings = settings
        members = registry.members(of: service)
    }

    public func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        let answers = SharedAnswers(settings, clock: context.clock)
        members.opened(answers)
        defer { members.closed(answers) }
        return try await lookup.withFinder(in: context) { finder in
            try await body(CachingFinder(finder: finder, answers: answers))
        }
    }
}

/// Asks for what is neither kept nor on its way.
struct CachingFinder: Finder {
    let finder: any Finder
    let answers: SharedAnswers

    var keysPerRequest: Int { finder.keysPerRequest }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        var given: [LookupAnswer?] = Array(repeating: nil, count: keys.count)
        var open = Array(keys.indices)
        var failure: IntegrationError?
        while !open.isEmpty {
            if Task.isCancelled { throw IntegrationError(.stepTimedOut, "cut off while it waited for an answer") }
            var waiting: [(place: Int, flight: SharedAnswers.Flight)] = []
            var asking: [(place: Int, flight: SharedAnswers.Flight)] = []
            for (place, duty) in zip(open, answers.duties(open.map { keys[$0] })) {
                switch duty {
                case .answered(let answer): given[place] = answer
                case .wait(let flight): waiting.append((place, flight))
                case .ask(let flight): asking.append((place, flight))
                }
            }
            // Own flights land before others are waited for: nobody waits in a circle.
            if !asking.isEmpty {
                let (found, whole) = await ask(asking.map { keys[$0.place] })
                failure = whole
                let wasCutOff = Task.isCancelled
                for (index, (place, flight)) in asking.enumerated() {
                    given[place] = answers.land(flight, keys[place], found[index], wasCutOff: wasCutOff)
                }
            }
            for (place, flight) in waiting { given[place] = await flight.wait() }
            open = waiting.map(\.place).filter { given[$0] == nil }
        }
        let all = given.compactMap(\.self)
        if let failure, all.allSatisfy({ if case .failed = $0 { true } else { false } }) { throw failure }
        return all
    }

    /// - Returns: one answer a key, and why the service as a whole failed.
    private func ask(_ keys: [LookupKey]) async -> ([LookupAnswer], IntegrationError?) {
        do throws(IntegrationError) {
            let found = try await finder.find(keys)
            if found.count == keys.count { return (found, nil) }
            throw IntegrationError(.stepFailed, "a service gave \(found.count) answers to \(keys.count) keys")
        } catch {
            return (keys.map { _ in .failed(error) }, error)
        }
    }
}
