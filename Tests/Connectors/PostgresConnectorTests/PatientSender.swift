import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument

/// Sends as the engine does: again, as long as an error may pass.
enum PatientSender {
    /// Sends a batch until it is accepted; how often it failed.
    ///
    /// - Parameter firstID: of the first message; each keeps its id when it is sent again.
    static func send(
        _ bodies: [String], firstID: Int = 0, through sender: any Sender, in context: FlowContext = .quiet()
    ) async throws -> Int {
        var failures = 0
        var batch = Batch(bodies)
        batch.messages = batch.messages.map { message in
            Message(
                id: MessageID(high: 7, low: UInt64(firstID + message.origin)), origin: message.origin,
                body: message.original)
        }
        while true {
            do throws(IntegrationError) {
                let report = try await sender.send(batch)
                guard let refused = report.refused.first else { return failures }
                throw refused.error
            } catch {
                guard error.isRetryable else { throw error }
                failures += 1
                try await context.clock.sleep(for: .milliseconds(50))
            }
        }
    }
}
