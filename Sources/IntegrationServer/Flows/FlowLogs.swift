public import IntegrationCore
internal import IntegrationEngine
public import Logging
internal import Synchronization

/// The last log lines of each flow, for those who ask later.
public final class FlowLogs: Sendable {
    public struct Line: Sendable {
        /// Rises by one with each line of the engine.
        public var number: Int
        /// Wall time since 1970.
        public var time: Duration
        public var level: Logger.Level
        public var message: String
        public var metadata: [(key: String, value: String)]
    }

    private struct State {
        var count = 0
        var lines: [String: [Line]] = [:]
    }

    private let state = Mutex(State())
    private let changes = Wakeup()
    private let capacity: Int

    /// - Parameter capacity: lines that are kept of each flow.
    public init(capacity: Int = 1000) { self.capacity = capacity }

    func note(_ flow: String, time: Duration, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        let facts = metadata.filter { $0.key != "flow" }.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        state.withLock { state in
            state.count += 1
            let line = Line(number: state.count, time: time, level: level, message: message, metadata: facts)
            state.lines[flow, default: []].append(line)
            if state.lines[flow, default: []].count > capacity { state.lines[flow]?.removeFirst() }
        }
        changes.wake()
    }

    /// The last `limit` lines of a flow that come after `number`, oldest first.
    public func lines(of flow: String, after number: Int, limit: Int) -> [Line] {
        state.withLock { state in
            Array((state.lines[flow] ?? []).drop { $0.number <= number }.suffix(limit))
        }
    }

    /// The same; where there are none it waits for one, at most until `deadline`.
    public func lines(
        of flow: String, after number: Int, limit: Int, until deadline: Duration, clock: any TimeSource
    ) async -> [Line] {
        while true {
            let count = changes.count
            let lines = lines(of: flow, after: number, limit: limit)
            if !lines.isEmpty || clock.now >= deadline { return lines }
            do {
                try await changes.wait(after: count, until: deadline, clock: clock)
            } catch {
                return []
            }
        }
    }
}

/// Writes to another handler and keeps what flows say.
public struct RecordingLogHandler: LogHandler {
    private var inner: any LogHandler
    private let logs: FlowLogs
    private let clock: any TimeSource

    public init(_ inner: any LogHandler, into logs: FlowLogs, clock: any TimeSource) {
        self.inner = inner
        self.logs = logs
        self.clock = clock
    }

    public var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    public var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        if let flow = all["flow"] {
            logs.note("\(flow)", time: clock.wallTime, event.level, "\(event.message)", all)
        }
        inner.log(event: event)
    }
}
