internal import IntegrationCore
internal import IntegrationDocument

/// A flow's steps and destinations, ready: takes a batch and says what became of it.
struct Pipeline: Sendable {
    struct NamedStep: Sendable {
        var name: String
        var step: BuiltStep
    }

    var steps: [NamedStep]
    var destinationNames: [String]
    /// In the order of `destinationNames`.
    var senders: [any Sender]
    /// Where messages without a route go.
    var defaultDestination: Int?
    /// The flow's interned literals.
    var literals: ByteBlock

    /// Runs the steps and sends what is left.
    func run(_ batch: consuming Batch, in context: FlowContext) async -> WorkResult {
        var batch = batch
        batch.arena.attach(literals, as: Arena.literalBase)
        for step in steps where !batch.messages.isEmpty {
            do throws(IntegrationError) {
                switch step.step {
                case .immediate(let step): try step.process(&batch, in: context)
                case .asynchronous(let step): try await step.process(&batch, in: context)
                }
            } catch {
                batch.failAll(step.name, error)
            }
        }
        var result = WorkResult()
        result.dropped = batch.dropped.count
        result.failures = batch.takeFailures()
        await send(batch, &result)
        return result
    }

    /// Sends each message to the destination of its route.
    private func send(_ batch: Batch, _ result: inout WorkResult) async {
        guard !batch.messages.isEmpty else { return }
        var byDestination = [[Message]](repeating: [], count: senders.count)
        for message in batch.messages {
            let route = message.route >= 0 ? Int(message.route) : defaultDestination
            guard let route else {
                let error = IntegrationError(.noRoute, "no step sent the message anywhere and the flow has no destination")
                result.failures.append(FailedMessage(message: message, error: error))
                continue
            }
            byDestination[route].append(message)
        }
        let parts = byDestination.enumerated().filter { !$0.element.isEmpty }
        if parts.count == 1 {
            await result.merge(send(parts[0].element, to: parts[0].offset, batch.arena))
            return
        }
        // Several destinations work at once, so that their waits overlap.
        await withTaskGroup(of: WorkResult.self) { group in
            for part in parts {
                group.addTask { await self.send(part.element, to: part.offset, batch.arena) }
            }
            for await part in group { result.merge(part) }
        }
    }

    /// Sends messages to one destination.
    func send(_ messages: [Message], to destination: Int, _ arena: Arena) async -> WorkResult {
        var result = WorkResult()
        let name = destinationNames[destination]
        func refuse(_ message: Message, _ error: IntegrationError) {
            var error = error
            if error.component == nil { error.component = name }
            result.failures.append(FailedMessage(message: message, error: error, destination: destination))
        }
        do throws(IntegrationError) {
            let report = try await senders[destination].send(Batch(arena: arena, messages: messages))
            for refused in report.refused { refuse(messages[refused.index], refused.error) }
            result.delivered = [(destination, messages.count - report.refused.count)]
        } catch {
            for message in messages { refuse(message, error) }
        }
        return result
    }
}

/// What became of a batch.
struct WorkResult: Sendable {
    var delivered: [(destination: Int, count: Int)] = []
    var dropped = 0
    var failures: [FailedMessage] = []

    mutating func merge(_ other: WorkResult) {
        delivered += other.delivered
        dropped += other.dropped
        failures += other.failures
    }
}
