internal import IntegrationCore
internal import Synchronization

/// Which endpoints a service has besides those that its configuration names or finds, and which it does without: what was
/// registered and deregistered at run time.
final class ServiceMembers: Sendable {
    /// An endpoint that was registered.
    struct Registered: Sendable {
        var endpoint: ServiceEndpoint
        /// Tells one registration from an earlier one of the same name; 0 where nobody registered it.
        var serial = 0
        /// What answers there; nil: what the service makes of the address.
        var lookup: (any Lookup)?

        func isSame(_ other: Registered) -> Bool { endpoint == other.endpoint && serial == other.serial }
    }

    struct State: Sendable {
        /// In the order of registration.
        var registered: [Registered] = []
        private var serial = 0
        /// Names of endpoints that are left out.
        var left: Set<String> = []
        /// The service as it was declared last.
        var declaration: ServiceDeclaration?
        /// Who has it open.
        var pool: EndpointPool?
        var answers: SharedAnswers?

        mutating func register(_ endpoint: ServiceEndpoint, _ lookup: (any Lookup)? = nil) {
            serial += 1
            registered.append(Registered(endpoint: endpoint, serial: serial, lookup: lookup))
        }

        /// Endpoints that the configuration names or finds.
        var found: [ServiceEndpoint] { pool?.found ?? declaration?.balanced?.endpoints ?? [] }
    }

    private let state = Mutex(State())
    /// Woken when endpoints come or go.
    let changes = Wakeup()

    var current: State { state.withLock { $0 } }

    func change<R: Sendable, E: Error>(_ body: (inout sending State) throws(E) -> sending R) throws(E) -> R {
        let result = try state.withLock { state throws(E) in try body(&state) }
        changes.wake()
        return result
    }

    /// The endpoints that there are, of those that were `found` and those that were registered: the latter win.
    func present(_ found: [ServiceEndpoint]) -> [Registered] {
        state.withLock { state in
            let names = Set(state.registered.map(\.endpoint.name))
            let others = found.filter { !names.contains($0.name) }.map { Registered(endpoint: $0) }
            return others.filter { !state.left.contains($0.endpoint.name) } + state.registered
        }
    }

    // MARK: Who is open

    func opened(_ pool: EndpointPool) { state.withLock { $0.pool = pool } }

    func closed(_ pool: EndpointPool) { state.withLock { if $0.pool === pool { $0.pool = nil } } }

    func opened(_ answers: SharedAnswers) { state.withLock { $0.answers = answers } }

    func closed(_ answers: SharedAnswers) { state.withLock { if $0.answers === answers { $0.answers = nil } } }
}
