import Integration
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationTesting
import Logging
import Synchronization
import Testing

/// What a test wrote down, in order.
final class Notes: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

/// Notes what is logged at `notice` and above: the message and the values of its metadata, sorted by key.
struct NotingLogHandler: LogHandler {
    let notes: Notes
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        notes.add((["\(event.level): \(event.message)"] + facts).joined(separator: " "))
    }
}

/// A facade on a clock of its own, and what it logs.
struct Bench {
    let clock = ManualClock()
    let log = Notes()
    let integration: Integration

    init(mode: Engine.Mode = .untilIdle) {
        integration = Integration(logger: Self.logger(log), clock: clock, mode: mode, processors: 1)
    }

    static func logger(_ notes: Notes = Notes()) -> Logger {
        Logger(label: "test") { _ in NotingLogHandler(notes: notes) }
    }

    /// Runs to the end, and `body` beside it; the engine is told to stop when that returns.
    func run(_ body: (@Sendable (Integration, ManualClock) async throws -> Void)? = nil) async throws {
        try await clock.run { [integration, clock] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await integration.run() }
                if let body {
                    try await clock.sleep(for: .milliseconds(1))
                    try await body(integration, clock)
                    integration.stop()
                }
                while try await group.next() != nil {}
            }
        }
    }
}

/// Runs `body` and returns the error that it must throw.
func refusal(
    _ body: () async throws -> Void, at location: Testing.SourceLocation = #_sourceLocation
) async throws -> IntegrationError {
    let error = await #expect(throws: IntegrationError.self, sourceLocation: location) { try await body() }
    return try #require(error, sourceLocation: location)
}

/// A lookup that always answers with the same document, and notes when it is opened, asked and closed.
struct NotingLookup: Lookup {
    let name: String
    let notes: Notes
    var openingError: IntegrationError?
    var error: IntegrationError?
    var duration = Duration.zero

    struct Asked: Finder {
        let lookup: NotingLookup
        let clock: any TimeSource

        func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
            lookup.notes.add("\(lookup.name) asked")
            if lookup.duration > .zero {
                do {
                    try await clock.sleep(for: lookup.duration)
                } catch {
                    throw IntegrationError(.stepFailed, "cut off")
                }
            }
            lookup.notes.add("\(lookup.name) answered")
            if let error = lookup.error { throw error }
            return try keys.map { _ throws(IntegrationError) in .found(try document()) }
        }

        private func document() throws(IntegrationError) -> Document {
            do {
                return try Document(#"{"by": "\#(lookup.name)"}"#)
            } catch {
                throw IntegrationError(.messageNotJSON, "\(error)")
            }
        }
    }

    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R {
        if let openingError { throw openingError }
        notes.add("\(name) opened")
        defer { notes.add("\(name) closed") }
        return try await body(Asked(lookup: self, clock: context.clock))
    }
}

extension Flow {
    /// A flow of one message that goes nowhere in particular.
    static func small(_ name: String) -> Flow {
        Flow(name).withSource(MemorySource([#"{"n": 1}"#])).withDestination(RecordingDestination())
    }
}
