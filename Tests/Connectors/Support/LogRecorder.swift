public import IntegrationCore
public import Logging
internal import Synchronization

/// Keeps what is logged, of all levels from `info` on.
public final class LogRecorder: Sendable {
    private let recorded = Mutex<[String]>([])

    public init() {}

    /// Each with its metadata.
    public var lines: [String] { recorded.withLock(\.self) }
    public var text: String { lines.joined(separator: "\n") }
    public var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    public func context(_ shutdown: ShutdownSignal = ShutdownSignal()) -> FlowContext {
        FlowContext(flow: "test", logger: logger, clock: SystemClock(), shutdown: shutdown)
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.recorded.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
