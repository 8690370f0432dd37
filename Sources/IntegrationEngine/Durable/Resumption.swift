internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore

/// Messages of a delivery that go on where an earlier try ended.
struct Resumption {
    /// Ready for a destination, with the bytes that were made for it.
    private(set) var ready: [Int: [Message]] = [:]
    /// Destinations that a message may go to once it is through the steps again, by origin; others have it already.
    private(set) var only: [Int: Set<Int>] = [:]

    /// Takes them out of `batch`; what begins at the first step stays in it.
    init(_ batch: inout Batch, _ tickets: [TicketRun], _ pipeline: Pipeline) {
        var bytes: [UInt8] = []
        var waiting: [(message: Message, destination: Int, body: Range<Int>)] = []
        batch.messages.removeAll { message in
            guard let claimed = Journal.claimed(message.origin, tickets)?.message, !claimed.resume.isEmpty else {
                return false
            }
            let points = claimed.resume.map { point in
                (index: pipeline.destinationNames.firstIndex(of: point.destination), body: point.body)
            }
            // A branch that the flow has no longer: the message begins anew.
            if points.contains(where: { $0.index == nil }) { return false }
            var isDone = true
            for case (let index?, let body) in points {
                if let body {
                    waiting.append((message, index, bytes.count..<bytes.count + body.count))
                    bytes += body
                } else {
                    only[message.origin, default: []].insert(index)
                    isDone = false
                }
            }
            return isDone
        }
        guard !waiting.isEmpty, let base = batch.arena.attach(ByteBlock(bytes)) else { return }
        for (message, destination, body) in waiting {
            var message = message
            message.replaceBody(with: Slice(base: base, offset: body.lowerBound, length: body.count))
            message.route = Int32(destination)
            ready[destination, default: []].append(message)
        }
    }
}

extension FlowRunner {
    /// Takes a batch through that holds messages which were parked or put back.
    func run(_ batch: inout Batch, resuming tickets: [TicketRun]) async -> WorkResult {
        let resumption = Resumption(&batch, tickets, pipeline)
        decode(&batch, bySourceIn: tickets)
        var result = WorkResult()
        result.failures = batch.takeFailures()
        for (destination, messages) in resumption.ready.sorted(by: { $0.key < $1.key }) {
            result.merge(await pipeline.send(messages, to: destination, batch.arena, in: context))
        }
        guard !batch.messages.isEmpty else { return result }
        result.merge(await pipeline.runSteps(&batch, in: context))
        // Messages that others have already go to the branches that they wait for, and nowhere else.
        var waiting: [Int: [Message]] = [:]
        batch.messages.removeAll { message in
            guard let only = resumption.only[message.origin] else { return false }
            for branch in only { waiting[branch, default: []].append(message) }
            return true
        }
        for (branch, messages) in waiting.sorted(by: { $0.key < $1.key }) {
            result.merge(await pipeline.send(messages, to: branch, batch.arena, in: context))
        }
        await pipeline.send(batch, &result, in: context)
        return result
    }

    /// Turns bodies into documents as the sources do that they came from.
    private func decode(_ batch: inout Batch, bySourceIn tickets: [TicketRun]) {
        let bySource = Dictionary(grouping: batch.messages) {
            Journal.claimed($0.origin, tickets)?.message.source ?? ""
        }
        let names = bySource.keys.sorted()
        guard names != [""] else { return }
        var live: [Message] = []
        for name in names {
            var part = Batch(arena: batch.arena, messages: bySource[name] ?? [])
            if let entry = flow.sources.first(where: { $0.name == name }) { entry.decode(&part, in: context) }
            live += part.messages
            for failure in part.takeFailures() { batch.take(failed: failure) }
        }
        batch.messages = live.sorted { $0.origin < $1.origin }
    }
}
