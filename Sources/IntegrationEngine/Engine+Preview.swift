public import IntegrationCore
internal import IntegrationDocument

extension Engine {
    /// What a flow would make of a message.
    public struct Preview: Sendable {
        /// Where it would go; nil where it would fail.
        public var destination: String?
        /// What would go there, or what it is where it fails.
        public var body: [UInt8]
        public var error: IntegrationError?
    }

    /// Runs a message through the steps of a running flow and sends nothing.
    ///
    /// - Returns: one outcome for each part that a step made of it; none where it would be dropped.
    /// - Throws: when there is no flow of that name, or it does not run.
    public func preview(
        _ body: [UInt8], metadata: [UInt8]?, in name: String
    ) async throws(IntegrationError) -> [Preview] {
        let trial = try await trial(body, metadata: metadata, of: name)
        let (runner, arena) = (trial.runner, trial.batch.arena)
        defer { runner.context.arenas.give(arena) }
        var batch = trial.batch
        let result = await runner.pipeline.runSteps(&batch, in: runner.context)
        var previews: [Preview] = []
        for message in batch.messages {
            do throws(IntegrationError) {
                let index = try runner.pipeline.destination(of: message)
                previews.append(
                    Preview(
                        destination: runner.pipeline.destinationNames[index], body: Array(bodyOf: message, in: arena)))
            } catch {
                previews.append(Preview(body: Array(bodyOf: message, in: arena), error: error))
            }
        }
        return previews
            + result.failures.map { Preview(body: Array(bodyOf: $0.message, in: arena), error: $0.error) }
    }
}
