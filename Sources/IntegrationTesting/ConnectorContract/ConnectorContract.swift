internal import IntegrationCore
internal import Logging

/// What every connector promises, as checks against the real system that throw where it is broken.
///
/// Run each check against a fresh home:
///
/// ```swift
/// @Test(arguments: ConnectorContract.checks(of: [.destination, .probe, .trace]))
/// func `keeps the contract`(_ check: ConnectorContract.Check) async throws {
///     try await withHome { try await check.run($0) }
/// }
/// ```
///
/// A connector that can't keep a promise of what it offers (`ConnectorOffers`) fails; what it does not offer is not
/// checked, and has to be said in its documentation.
public enum ConnectorContract {
    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// A sentence.
        public let description: String
        /// What a connector must have for it.
        public let needs: ConnectorOffers
        private let body: @Sendable (any ConnectorHome, FlowContext) async throws -> Void

        init(
            _ description: String, needs: ConnectorOffers,
            _ body: @escaping @Sendable (any ConnectorHome, FlowContext) async throws -> Void
        ) {
            self.description = description
            self.needs = needs
            self.body = body
        }

        /// - Parameter home: a fresh one.
        /// - Throws: `ContractViolation`, or what the connector throws.
        public func run(_ home: any ConnectorHome) async throws { try await body(home, .ofContract()) }
    }

    public static let checks: [Check] = sending + receiving + failing + probing

    /// The checks that a connector with these offers has to pass.
    public static func checks(of offers: ConnectorOffers) -> [Check] {
        checks.filter { offers.isSuperset(of: $0.needs) }
    }

    /// How long an operation may take that should take no time: other systems are on this machine.
    static let patience = Duration.seconds(10)
}

extension FlowContext {
    static func ofContract(shutdown: ShutdownSignal = ShutdownSignal()) -> FlowContext {
        FlowContext(
            flow: "contract", logger: Logger(label: "contract") { _ in SwiftLogNoOpLogHandler() },
            clock: SystemClock(), shutdown: shutdown)
    }
}

/// Runs a body that must return in time.
///
/// - Throws: `ContractViolation` when it does not; the body is cancelled then.
func inTime<R: Sendable>(
    within patience: Duration = ConnectorContract.patience, _ promise: @autoclosure @Sendable @escaping () -> String,
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await SystemClock().sleep(for: patience)
            throw ContractViolation("\(promise()): not within \(patience)")
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
