import Integration
import IntegrationConfiguration
import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import IntegrationTransforms
import Testing

@Suite("Monitoring through the facade", .timeLimit(.minutes(1))) struct MonitoringTests {
    /// Bodies of which those at `bad` are not JSON.
    private static func source(_ count: Int, bad: Range<Int>) -> MemorySource {
        MemorySource(
            (0..<count).map { bad.contains($0) ? "{" : #"{"n": \#($0)}"# }, batchSize: 1, staysOpen: true,
            interval: .seconds(1))
    }

    private static func flow(_ source: MemorySource, to destination: any Destination) -> Flow {
        var flow = Flow("f").withSource(source).addStep(FilterStep("all", keep: "true")).withDestination(destination)
        flow.lanes = 1
        return flow
    }

    @Test func `an error alert fires and resolves over its window, and both are logged`() async throws {
        let bench = Bench(mode: .untilStopped)
        try await bench.integration.configureMonitoring(
            MetricsConfig(alerts: AlertConfig(errorThreshold: 0.1, window: .seconds(30))))
        try await bench.integration.createFlow(
            Self.flow(Self.source(200, bad: 20..<35), to: RecordingDestination()))
        try await bench.run { integration, clock in
            try await clock.sleep(for: .seconds(18))
            #expect(integration.alerts.isEmpty)
            try await clock.sleep(for: .seconds(20))
            let alert = try #require(integration.alerts.first)
            #expect(alert.flow == "f")
            #expect(alert.rule == .errorRate)
            #expect(alert.share > 0.1)
            #expect(alert.since - .seconds(1_767_225_600) > .seconds(20))
            try await clock.sleep(for: .seconds(60))
            #expect(integration.alerts.isEmpty)
        }
        let words = bench.log.lines.filter { $0.contains("alert") }
        #expect(words.count == 2)
        #expect(words.first?.hasPrefix("warning: alert fires alert=error_rate flow=f share=") == true)
        #expect(words.last?.hasPrefix("notice: alert resolved alert=error_rate flow=f") == true)
    }

    @Test func `a latency alert fires when more than one in a hundred takes too long`() async throws {
        for (limit, fires) in [(Duration.milliseconds(1000), true), (.milliseconds(3000), false)] {
            let bench = Bench()
            try await bench.integration.configureMonitoring(
                MetricsConfig(alerts: AlertConfig(latencyThreshold: limit)))
            let source = MemorySource((0..<5).map { #"{"n": \#($0)}"# }, batchSize: 1)
            try await bench.integration.createFlow(
                Self.flow(source, to: RecordingDestination(duration: .milliseconds(2000))))
            try await bench.run()
            #expect(bench.integration.alerts.map(\.rule) == (fires ? [.latency] : []))
            #expect(
                bench.log.lines.contains { $0.contains("alert=latency") && $0.contains("threshold=1000 ms") } == fires)
        }
    }

    @Test(arguments: [(1, false), (3, true)])
    func `one slow message in a hundred is no alert, three are`(slow: Int, fires: Bool) async throws {
        let bench = Bench()
        try await bench.integration.configureMonitoring(
            MetricsConfig(alerts: AlertConfig(latencyThreshold: .seconds(1))))
        let out = RecordingDestination()
        out.refuse(times: 1) { body in (0..<slow).contains { body == #"{"n": \#($0)}"# } }
        let handling = ErrorHandling(backoff: Backoff(initial: .seconds(5), jitter: .none))
        let source = MemorySource((0..<100).map { #"{"n": \#($0)}"# }, batchSize: 1)
        try await bench.integration.createFlow(Self.flow(source, to: out).withErrorHandling(handling))
        try await bench.run()
        #expect(out.bodies.count == 100)
        #expect(bench.integration.alerts.map(\.share) == (fires ? [0.03] : []))
    }

    @Test func `alerts that are configured late count from then on`() async throws {
        let bench = Bench(mode: .untilStopped)
        try await bench.integration.createFlow(Self.flow(Self.source(40, bad: 0..<10), to: RecordingDestination()))
        try await bench.run { integration, clock in
            try await clock.sleep(for: .seconds(15))
            try await integration.configureMonitoring(MetricsConfig(alerts: AlertConfig(errorThreshold: 0.01)))
            try await clock.sleep(for: .seconds(20))
            #expect(integration.alerts.isEmpty)
        }
        #expect(!bench.log.lines.contains { $0.contains("alert") })
    }

    @Test func `a flow that starts again counts from zero`() async throws {
        let bench = Bench(mode: .untilStopped)
        try await bench.integration.configureMonitoring(
            MetricsConfig(alerts: AlertConfig(errorThreshold: 0.5, window: .seconds(8))))
        try await bench.integration.createFlow(Self.flow(Self.source(40, bad: 8..<40), to: RecordingDestination()))
        try await bench.run { integration, clock in
            try await clock.sleep(for: .milliseconds(7500))
            try await integration.stopFlow("f")
            try await clock.sleep(for: .seconds(5))
            try await integration.startFlow("f")
            try await clock.sleep(for: .seconds(5))
            #expect(integration.alerts.map(\.rule) == [.errorRate])
        }
    }

    @Test func `only configured metrics are given`() async throws {
        let bench = Bench()
        let source = MemorySource([#"{"n": 1}"#, "{", "{", #"{"n": 4}"#], batchSize: 1)
        try await bench.integration.createFlow(
            Self.flow(source, to: RecordingDestination(duration: .milliseconds(50))))
        try await bench.run()
        #expect(await bench.integration.metrics().isEmpty)
        try await bench.integration.configureMonitoring(MetricsConfig().withMetric(.messageCount))
        let some = try #require(await bench.integration.metrics().first)
        #expect(some.messageCount == 4)
        #expect(some.errorRate == nil)
        #expect(some.flowDurationP99 == nil)
        try await bench.integration.configureMonitoring(
            MetricsConfig().withMetric(.errorRate).withMetric(.flowDuration))
        let others = try #require(await bench.integration.metrics().first)
        #expect(others.messageCount == nil)
        #expect(others.errorRate == 0.5)
        let duration = try #require(others.flowDurationP99)
        #expect(duration > .milliseconds(49) && duration < .milliseconds(52))
        #expect(Metric.allCases.map(\.rawValue) == ["flow_duration", "message_count", "error_rate"])
    }

    @Test func `alerts of a configuration act, and what can't act is refused`() async throws {
        func text(_ alerts: String) -> String {
            """
            monitoring: {alerts: \(alerts)}
            flows:
              f:
                source: {type: generate, rate: 1000, count: 4, body: {n: x}}
                steps: [{name: sum, type: transform, config: {mapping: {n: {$path: $.n, $as: number}}}}]
                destination: {type: drop}
            """
        }
        let bench = Bench()
        try await bench.integration.createFlows(.yaml(text("{error_threshold: 0.01}")))
        try await bench.run()
        #expect(bench.integration.alerts.map(\.share) == [1])
        let error = try await refusal {
            try await Bench().integration.createFlows(.yaml(text("{error_threshold: 0.01, notify: [{type: stdout}]}")))
        }
        #expect(error.message.contains("alerts can only be told to the log"))
    }

    @Test func `thresholds that are not possible are refused`() async throws {
        let integration = Bench().integration
        for alerts in [
            AlertConfig(), AlertConfig(errorThreshold: 1.5), AlertConfig(errorThreshold: -0.1),
            AlertConfig(latencyThreshold: .zero), AlertConfig(errorThreshold: 0.1, window: .zero),
        ] {
            let error = try await refusal {
                try await integration.configureMonitoring(MetricsConfig(metrics: [.errorRate], alerts: alerts))
            }
            #expect(error.code == .monitoringInvalid)
        }
        #expect(await integration.metrics().isEmpty)
    }
}
