import IntegrationCore
import IntegrationDocument
import IntegrationServices
import IntegrationTesting
import Logging
import Synchronization

/// A service at many addresses, each of which does what the test says; notes who is asked what.
final class FakeService: Sendable {
    /// What an endpoint does.
    struct Behaviour: Sendable {
        /// Nil: it answers.
        var failure: IntegrationError?
        /// Fails only these keys, each by itself.
        var failsKeys: Set<String>?
        var misses: Set<String> = []
        var takes = Duration.zero
        var openingFailure: IntegrationError?
        var opensAfter = Duration.zero
        var isUnhealthy = false
    }

    private struct State {
        var behaviours: [String: Behaviour] = [:]
        var lines: [String] = []
        var open: Set<String> = []
    }

    private let state = Mutex(State())
    let keysPerRequest: Int

    init(keysPerRequest: Int = 1) { self.keysPerRequest = keysPerRequest }

    var lines: [String] { state.withLock { $0.lines } }
    var open: [String] { state.withLock { $0.open.sorted() } }

    /// Who was asked, one entry a call.
    var asked: [String] { lines.filter { $0.contains("?") }.map { String($0.prefix { $0 != "?" }) } }

    func set(_ address: String, _ change: (inout Behaviour) -> Void) {
        state.withLock { change(&$0.behaviours[address, default: Behaviour()]) }
    }

    func forgetLines() { state.withLock { $0.lines = [] } }

    fileprivate func note(_ line: String) { state.withLock { $0.lines.append(line) } }
    fileprivate func set(_ address: String, open: Bool) {
        _ = state.withLock { open ? $0.open.insert(address).memberAfterInsert : $0.open.remove(address) }
    }
    fileprivate func behaviour(_ address: String) -> Behaviour {
        state.withLock { $0.behaviours[address] ?? Behaviour() }
    }
}

/// The service at one address.
struct FakeLookup: Lookup {
    let service: FakeService
    let address: String

    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R {
        let behaviour = service.behaviour(address)
        if behaviour.opensAfter > .zero { try await context.clock.sleep(for: behaviour.opensAfter) }
        if let failure = behaviour.openingFailure { throw failure }
        service.set(address, open: true)
        defer { service.set(address, open: false) }
        return try await body(FakeFinder(service: service, address: address, clock: context.clock))
    }
}

struct FakeFinder: Finder, HealthChecking {
    let service: FakeService
    let address: String
    let clock: any TimeSource

    var keysPerRequest: Int { service.keysPerRequest }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        let behaviour = service.behaviour(address)
        service.note("\(address)?\(keys.map(\.text).joined(separator: ","))")
        if behaviour.takes > .zero {
            do throws(CancellationError) {
                try await clock.sleep(for: behaviour.takes)
            } catch {
                service.note("\(address) cut off")
                throw IntegrationError(.stepFailed, "cut off")
            }
        }
        if let failure = behaviour.failure, behaviour.failsKeys == nil { throw failure }
        var answers: [LookupAnswer] = []
        for key in keys {
            if let failure = behaviour.failure, behaviour.failsKeys?.contains(key.text) == true {
                answers.append(.failed(failure))
            } else if behaviour.misses.contains(key.text) {
                answers.append(.missing)
            } else {
                answers.append(.found(Document(fields: ["by": address, "key": key.text])))
            }
        }
        return answers
    }

    func checkHealth(_ path: String, timeout: Duration) async throws(IntegrationError) {
        let behaviour = service.behaviour(address)
        service.note("\(address) \(path)")
        if behaviour.isUnhealthy { throw IntegrationError(.httpServerError, "503") }
    }
}

extension Document {
    /// An object of texts.
    init(fields: [String: String]) {
        self.init(building: { builder in
            let mark = builder.open()
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                builder.append(string: name)
                builder.append(string: value)
            }
            builder.close(mark, .object, count: fields.count)
        })
    }
}

/// What a test of lookups needs.
struct Bench: Sendable {
    let clock = ManualClock()
    let service: FakeService
    let registry = ServiceRegistry()
    let context: FlowContext

    init(keysPerRequest: Int = 1, seed: UInt64 = 1) {
        service = FakeService(keysPerRequest: keysPerRequest)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        context = FlowContext(flow: "", logger: logger, clock: clock, random: RandomSource(seed: seed))
    }

    func lookup(
        _ addresses: [String], _ settings: ServiceSettings = ServiceSettings(),
        discovery: (any EndpointDiscovery)? = nil
    ) -> BalancedLookup {
        let balanced = BalancedLookup(
            "s", endpoints: addresses.map { ServiceEndpoint(address: $0) }, discovery: discovery, settings: settings,
            registry: registry
        ) { [service] endpoint in FakeLookup(service: service, address: endpoint.address) }
        registry.add([ServiceDeclaration(name: "s", type: "fake", balanced: balanced)])
        return balanced
    }

    /// Opens the lookup on the test's clock for the length of `body`.
    func run<R: Sendable>(
        _ lookup: any Lookup, _ body: @Sendable @escaping (any Finder) async throws -> R
    ) async throws -> R {
        try await clock.run { [context] in
            try await lookup.withFinder(in: context) { finder in try await body(finder) }
        }
    }
}

extension Finder {
    /// Who answered a key, "missing", or the code of what failed.
    func ask(_ key: String) async -> String { await ask([key])[0] }

    func ask(_ keys: [String]) async -> [String] {
        do throws(IntegrationError) {
            return try await find(keys.map { LookupKey($0) }).map { answer in
                switch answer {
                case .missing: "missing"
                case .failed(let error): "\(error.code)"
                case .found(let document): document.withRoot { $0["by"]?.string ?? "?" }
                }
            }
        } catch {
            return keys.map { _ in "\(error.code)!" }
        }
    }
}
