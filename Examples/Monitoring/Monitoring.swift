import DropConnector
import ExampleSupport
import FileConnector
import Integration
import IntegrationConfiguration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging

// Metrics by name, and an alert that fires because too many messages fail. What the log says goes to standard error.

@main
struct Monitoring {
    static func main() async throws {
        try await Workplace.with { place in
            let lines = (1...20).map { $0 % 10 == 0 ? #"{"n": "ten"}"# : #"{"n": \#($0)}"# }
            try place.write("numbers.ndjson", lines.joined(separator: "\n") + "\n")
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)

            let metrics = MetricsConfig()
                .withMetric(.flowDuration)
                .withMetric(.messageCount)
                .withMetric(.errorRate)
                .withAlerts(AlertConfig(errorThreshold: 0.01, latencyThreshold: .milliseconds(60_000)))
            try await integration.configureMonitoring(metrics)

            let flow = Flow("numbers") {
                FileSource(path: place.path("numbers.ndjson"), codec: NDJSONCodec())
                ValidateStep("validate", schema: #"{"properties": {"n": {"type": "integer"}}}"#)
                DropDestination()
            }
            try await integration.createFlow(flow)
            try await integration.run()

            for reading in await integration.metrics() {
                print("message_count of \(reading.flow): \(reading.messageCount ?? 0)")
                print("error_rate of \(reading.flow): \(reading.errorRate ?? 0)")
                print("flow_duration of \(reading.flow) is measured: \((reading.flowDurationP99 ?? .zero) > .zero)")
            }
            for alert in integration.alerts { print("fires: \(alert.rule.rawValue) of \(alert.flow), \(alert.share)") }
        }
    }
}
