import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Synchronization
import Testing

extension ErrorCode {
    static let testServer = ErrorCode("IE3901", "Server", retry: .serverError, explanation: "", remedy: "")
    static let testTimeout = ErrorCode("IE3902", "Timeout", retry: .timeout, explanation: "", remedy: "")
    static let testConnection = ErrorCode("IE3903", "Connection", retry: .connection, explanation: "", remedy: "")
    static let testCut = ErrorCode("IE3906", "Cut", retry: .interrupted, explanation: "", remedy: "")
    static let testRate = ErrorCode("IE3904", "Rate", retry: .rateLimited, explanation: "", remedy: "")
    static let testPermanent = ErrorCode("IE3905", "Permanent", explanation: "", remedy: "")
}

extension Backoff {
    /// 1 s, 2 s, 4 s, … exactly.
    static let exact = Backoff(initial: .seconds(1), maximum: .seconds(60), jitter: .none)
}

extension ErrorHandling {
    static func exact(
        attempts: Int = 3, deadLetters: String? = nil, exhausted: Exhausted = .deadLetter, brake: Brake = Brake()
    ) -> ErrorHandling {
        ErrorHandling(
            maximumAttempts: attempts, backoff: .exact, exhausted: exhausted, deadLetters: deadLetters, brake: brake)
    }
}

/// `0`, `1`, … as bodies.
func numbers(_ count: Int) -> [String] { (0..<count).map(String.init) }

/// Sends messages where `choose` says; where it says nil, nowhere.
struct RouteTo: StepDefinition {
    let name = "route"
    let names: [String]
    let choose: @Sendable (String) -> String?

    init(_ names: [String], _ choose: @escaping @Sendable (String) -> String?) {
        self.names = names
        self.choose = choose
    }

    private struct Built: Step {
        let indices: [String: Int32]
        let choose: @Sendable (String) -> String?

        func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
            batch.forEach("route") { message, arena throws(IntegrationError) in
                if let name = choose(message.text(in: arena)) { message.route = indices[name] ?? -1 }
                return .keep
            }
        }
    }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        let indices = names.map { ($0, Int32(build.destination($0))) }
        return .immediate(Built(indices: Dictionary(uniqueKeysWithValues: indices), choose: choose))
    }
}

/// A step that fails each message that `predicate` meets a number of times, and remembers each try.
final class FailingStep: StepDefinition, Sendable {
    let name: String
    private let times: Int
    private let error: IntegrationError
    private let predicate: @Sendable (String) -> Bool
    private let clock: ManualClock?
    private let seen = Mutex<(counts: [String: Int], tries: [(text: String, time: Duration)])>(([:], []))

    init(
        _ name: String = "check", times: Int = .max, with error: IntegrationError = RecordingDestination.failure,
        clock: ManualClock? = nil, where predicate: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.name = name
        self.times = times
        self.error = error
        self.clock = clock
        self.predicate = predicate
    }

    /// Texts of the messages that reached the step, in order.
    var texts: [String] { seen.withLock { $0.tries.map(\.text) } }
    /// When each message reached the step.
    var instants: [Duration] { seen.withLock { $0.tries.map(\.time) } }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        try StepFunction(name) { [self] message, arena throws(IntegrationError) in
            let text = message.text(in: arena)
            let fails = seen.withLock { seen in
                seen.tries.append((text, clock?.now ?? .zero))
                guard predicate(text), seen.counts[text, default: 0] < times else { return false }
                seen.counts[text, default: 0] += 1
                return true
            }
            if fails { throw error }
            return .keep
        }.makeStep(build)
    }
}

/// Everything handed over was settled, each time exactly once, while the source was open.
func expectProperlySettled(_ source: MemorySource, location: Testing.SourceLocation = #_sourceLocation) {
    #expect(source.unsettled.isEmpty, sourceLocation: location)
    #expect(source.settlings.filter(\.isLate).isEmpty, sourceLocation: location)
    for message in 0..<source.readCount {
        #expect(
            source.outcomes(of: message).filter { $0 == .accepted }.count <= 1, "message \(message)",
            sourceLocation: location)
    }
}

extension FlowState {
    var error: IntegrationError? {
        if case .failed(let error) = self { error } else { nil }
    }
}

/// A value that several tasks share.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func withLock(_ body: (inout sending Value) -> Void) { state.withLock { body(&$0) } }
}

extension FlowTest {
    /// Runs an engine beside `body`, and stops it behind it.
    func runningEngine(
        mode: Engine.Mode = .untilStopped, _ body: @escaping @Sendable (Engine, ManualClock) async throws -> Void
    ) async throws {
        let engine = makeEngine(mode: mode)
        try await clock.run { [clock] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                try await clock.sleep(for: .milliseconds(1))
                try await body(engine, clock)
                engine.stop()
                while try await group.next() != nil {}
            }
        }
    }
}
