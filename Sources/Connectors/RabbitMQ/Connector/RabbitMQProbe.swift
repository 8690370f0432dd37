internal import IntegrationCore
internal import RabbitMQClient

/// Finds out whether the broker of a connector can be reached, lets us in, and has what the connector declares.
struct RabbitMQProbe: ConnectorProbe {
    let connection: RabbitMQConnection

    func run(in context: FlowContext, _ report: @escaping @Sendable (ProbeStep) -> Void) async {
        let steps = ProbeSteps(clock: context.clock, report: report)
        do throws(IntegrationError) {
            try await AMQPInspection.withInspection(connection.options) { inspection throws(IntegrationError) in
                try await inspect(inspection, steps)
            }
        } catch {
            // Reported by the step that failed.
            return
        }
    }

    private func inspect(_ inspection: AMQPInspection, _ steps: ProbeSteps) async throws(IntegrationError) {
        try await steps.take(.resolve) { () async throws(IntegrationError) in
            let found = try await inspection.resolve()
            return ((), .passed(found.prefix(3).joined(separator: ", ") + (found.count > 3 ? ", …" : "")))
        }
        try await steps.take(.connect) { () async throws(IntegrationError) in
            let (accepted, others) = try await inspection.connect()
            return ((), .passed(([accepted] + others).joined(separator: "; ")))
        }
        try await steps.take(.tls) { () async throws(IntegrationError) in
            guard let agreement = try await inspection.agree() else {
                return ((), .skipped("`url` begins with amqp://"))
            }
            var words = "\(agreement.version), \(ProbeStep.words(daysLeft: agreement.daysLeft))"
            if connection.options.tls?.verify == false { words += " (not verified)" }
            return ((), .passed(words))
        }
        try await steps.take(.authenticate) { () async throws(IntegrationError) in
            let broker = try await inspection.login()
            return ((), .passed("\(broker), virtual host `\(connection.options.virtualHost)`"))
        }
        try await steps.take(.request) { () async throws(IntegrationError) in
            let topology = connection.topology
            let missing = try await inspection.compare(topology)
            let count = topology.exchanges.count + topology.queues.count
            if missing.isEmpty {
                return ((), .passed(count == 0 ? "nothing is declared" : "\(count) of \(count) are as declared"))
            }
            let words = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
            return ((), .passed("not there yet, made at the first message: \(words)"))
        }
    }
}
