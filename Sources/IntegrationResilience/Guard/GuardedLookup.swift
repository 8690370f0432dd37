public import IntegrationCore

extension Lookup {
    /// The same lookup with a guard that watches over its requests. One that can be had at several addresses still can,
    /// and each of these has a guard of its own.
    public func guarded(by guarding: EndpointGuard) -> any Lookup {
        guard let addressed = self as? any AddressedLookup else {
            return GuardedLookup(lookup: self, guarding: guarding)
        }
        return GuardedAddressedLookup(lookup: addressed, guarding: guarding)
    }
}

/// A lookup whose requests a guard watches over.
struct GuardedLookup: Lookup {
    let lookup: any Lookup
    let guarding: EndpointGuard

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        try await lookup.withFinder(in: context) { finder in
            // It has everything at hand.
            if finder is any ImmediateFinder { return try await body(finder) }
            return try await GuardScope.with(guarding, context) { scope in
                let guarded = GuardedFinder(finder: finder, guarding: guarding, scope: scope)
                guard let health = finder as? any HealthChecking else { return try await body(guarded) }
                return try await body(HealthyFinder(finder: guarded, health: health))
            }
        }
    }
}

/// A guarded lookup at one of several addresses.
struct GuardedAddressedLookup: AddressedLookup {
    let lookup: any AddressedLookup
    let guarding: EndpointGuard

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        try await GuardedLookup(lookup: lookup, guarding: guarding).withFinder(in: context, body)
    }

    func at(_ address: String) throws(IntegrationError) -> any Lookup {
        try lookup.at(address).guarded(by: guarding.at(address))
    }
}

private struct GuardedFinder: Finder {
    let finder: any Finder
    let guarding: EndpointGuard
    let scope: GuardScope

    /// It takes any number of keys, and makes as many requests of them as are needed.
    var keysPerRequest: Int { finder.keysPerRequest }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        let size = max(1, min(finder.keysPerRequest, keys.count))
        let requests = stride(from: 0, to: keys.count, by: size).map { Array(keys[$0..<min($0 + size, keys.count)]) }
        let parts = await guarding.fanOut(requests.count, by: finder) { request in
            await guarding.rounds(requests[request], in: scope, isPrompt: finder.endsWhenCancelled) { keys in
                { [finder] () async throws(IntegrationError) in try await Self.ask(finder, keys) }
            }
        }
        let results = parts.flatMap(\.self)
        let answers = results.map { result in
            switch result {
            case .success(let answer): answer
            case .failure(let error): LookupAnswer.failed(error)
            }
        }
        if case .failure(let error) = results.first, results.allSatisfy({ $0.failure?.code == error.code }) {
            throw error
        }
        return answers
    }

    private static func ask(
        _ finder: any Finder, _ keys: [LookupKey]
    ) async throws(IntegrationError) -> [Result<LookupAnswer, IntegrationError>] {
        let answers = try await finder.find(keys)
        guard answers.count == keys.count else {
            throw IntegrationError(.answersMissing, "\(keys.count) keys were asked for and \(answers.count) answered")
        }
        return answers.map { answer in
            if case .failed(let error) = answer { .failure(error) } else { .success(answer) }
        }
    }
}

/// A guarded finder whose other side can be asked whether it is well, past the guard.
private struct HealthyFinder: Finder, HealthChecking {
    let finder: GuardedFinder
    let health: any HealthChecking

    var keysPerRequest: Int { finder.keysPerRequest }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] { try await finder.find(keys) }

    func checkHealth(_ path: String, timeout: Duration) async throws(IntegrationError) {
        try await health.checkHealth(path, timeout: timeout)
    }
}

extension Result where Failure == IntegrationError {
    fileprivate var failure: IntegrationError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
