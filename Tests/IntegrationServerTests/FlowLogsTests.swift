import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Logging
import Testing

@testable import IntegrationServer

@Suite("What flows have said and done") struct FlowLogsTests {
    private func logger(_ logs: FlowLogs, _ clock: ManualClock) -> Logger {
        var logger = Logger(label: "test") { _ in
            RecordingLogHandler(QuietHandler(), into: logs, clock: clock)
        }
        logger[metadataKey: "flow"] = "orders"
        return logger
    }

    @Test("The last lines of each flow are kept, with their facts, oldest first")
    func ring() {
        let logs = FlowLogs(capacity: 3)
        let logger = logger(logs, ManualClock())
        for number in 1...5 { logger.critical("line \(number)", metadata: ["n": "\(number)"]) }
        let lines = logs.lines(of: "orders", after: 0, limit: 100)
        #expect(lines.map(\.message) == ["line 3", "line 4", "line 5"])
        #expect(lines.map { $0.metadata.map(\.key) } == [["n"], ["n"], ["n"]])
        #expect(logs.lines(of: "orders", after: lines[1].number, limit: 100).map(\.message) == ["line 5"])
        #expect(logs.lines(of: "orders", after: 0, limit: 1).map(\.message) == ["line 5"])
        #expect(logs.lines(of: "other", after: 0, limit: 1).isEmpty)
    }

    @Test("What belongs to no flow is kept nowhere")
    func noFlow() {
        let logs = FlowLogs()
        var logger = logger(logs, ManualClock())
        logger[metadataKey: "flow"] = nil
        logger.critical("engine")
        #expect(logs.lines(of: "", after: 0, limit: 10).isEmpty)
    }

    @Test("Who waits for a line gets it when it is said, and none at the deadline")
    func waiting() async throws {
        let logs = FlowLogs()
        let clock = ManualClock()
        try await clock.run { [self] in
            async let waiting = logs.lines(of: "orders", after: 0, limit: 10, until: .seconds(20), clock: clock)
            try await clock.sleep(for: .seconds(5))
            logger(logs, clock).critical("here")
            #expect(await waiting.map(\.message) == ["here"])
            #expect(clock.now == .seconds(5))
            let none = await logs.lines(of: "orders", after: 1, limit: 10, until: .seconds(20), clock: clock)
            #expect(none.isEmpty)
            #expect(clock.now == .seconds(20))
        }
    }

    @Test("Rates are of the last ten samples, and unknown before there is one")
    func rates() {
        let rates = FlowRates()
        var snapshot = FlowSnapshot(flow: "orders", state: .running)
        #expect(rates.rate(of: snapshot, at: .seconds(1)) == nil)
        for second in 0...20 {
            snapshot.received = second * 100
            snapshot.delivered = [("out", second * 50)]
            rates.note([snapshot], at: .seconds(second))
        }
        #expect(rates.rate(of: snapshot, at: .seconds(20)) == .init(received: 100, sent: 50))
        snapshot.received = 0
        snapshot.delivered = []
        #expect(rates.rate(of: snapshot, at: .seconds(21)) == .init(received: 0, sent: 0))
    }
}

/// Keeps its metadata as any handler does, and writes nowhere.
private struct QuietHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}
