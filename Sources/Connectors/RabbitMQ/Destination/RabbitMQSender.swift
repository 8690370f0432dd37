internal import IntegrationCore
internal import IntegrationDocument
internal import RabbitMQClient

/// Publishes batches: all messages first, then their confirms are waited for.
struct RabbitMQSender: Sender {
    let template: MessageTemplate
    let channel: AMQPPublisher.Channel
    let context: FlowContext

    var endsWhenCancelled: Bool { true }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        var report = SendReport()
        var messages: [AMQPMessage] = []
        var places: [Int] = []
        prepare(batch) { index, message in
            switch message {
            case .success(let message):
                messages.append(message)
                places.append(index)
            case .failure(let error): report.refused.append((index, error))
            }
        }
        let outcomes = await channel.publish(messages)
        for (place, outcome) in zip(places, outcomes) {
            if let outcome { report.refused.append((place, outcome)) }
        }
        // Where nothing got through for one and the same reason, that is the whole batch's.
        if let first = outcomes.first ?? nil, report.refused.count == batch.messages.count, first.isRetryable,
            report.refused.allSatisfy({ $0.error.code == first.code })
        {
            throw first
        }
        report.refused.sort { $0.index < $1.index }
        return report
    }

    private func prepare(_ batch: Batch, _ take: (Int, Result<AMQPMessage, IntegrationError>) -> Void) {
        guard !template.isConstant else { return prepare(batch.messages, in: batch.arena, take) }
        let arena = context.arenas.take()
        defer { context.arenas.give(arena) }
        // Others may read the batch meanwhile, and expressions write into its memory: they get a copy.
        let own = batch.copy(of: batch.messages.indices, into: arena)
        prepare(own.messages, in: arena, take)
    }

    private func prepare(
        _ messages: [Message], in arena: Arena, _ take: (Int, Result<AMQPMessage, IntegrationError>) -> Void
    ) {
        var random = context.random
        var out = OutputBuffer(capacity: 1024)
        for (index, message) in messages.enumerated() {
            out.removeAll()
            message.writeBody(in: arena, to: &out)
            var input = TextInput(message: message, arena: arena, context: context)
            do throws(IntegrationError) {
                let made = try template.message(
                    &input, id: message.id, body: out.withBytes { Array($0) },
                    trace: message.traceContext(in: arena, random: random.next()).child(random.next()))
                take(index, .success(made))
            } catch {
                take(index, .failure(error))
            }
        }
    }
}
