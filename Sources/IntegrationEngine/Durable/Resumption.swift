internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore

/// Messages of a delivery that go on where an earlier try ended.
struct Resumption {
    /// Ready for a destination, with the bytes that were made for it.
    private(set) var ready: [Int: [Message]] = [:]
    /// Destinations that a message may go to once it is through the steps again, by origin; others have it already.
    private(set) var only: [Int: Set<Int>] = [:]

    var isEmpty: Bool { ready.isEmpty && only.isEmpty }

    /// Everything begins at the first step.
    init() {}

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
    /// Turns the bodies of a delivery into documents; takes out of the batch what goes on where an earlier try ended.
    func prepare(_ batch: inout Batch, of entry: Flow.Entry, _ tickets: [TicketRun]) -> Resumption {
        var resumption = Resumption()
        if Self.isSpecial(tickets) { resumption = Resumption(&batch, tickets, pipeline) }
        decode(&batch, of: entry, tickets)
        return resumption
    }

    /// Turns bodies into documents as the sources do that the messages came from.
    func decode(_ batch: inout Batch, of entry: Flow.Entry, _ tickets: [TicketRun]) {
        guard Self.isSpecial(tickets) else { return entry.decode(&batch, in: context) }
        let bySource = Dictionary(grouping: batch.messages) {
            Journal.claimed($0.origin, tickets)?.message.source ?? ""
        }
        var live: [Message] = []
        for name in bySource.keys.sorted() {
            var part = Batch(arena: batch.arena, messages: bySource[name] ?? [])
            flow.sources.first { $0.name == name }?.decode(&part, in: context)
            live += part.messages
            for failure in part.takeFailures() { batch.take(failed: failure) }
        }
        batch.messages = live.sorted { $0.origin < $1.origin }
    }

    private static func isSpecial(_ tickets: [TicketRun]) -> Bool {
        tickets.contains { ($0.ticket as? LeaseTicket)?.isSpecial == true }
    }

    /// Takes a batch through of which some messages go on where an earlier try ended.
    func run(_ batch: consuming Batch, _ resumption: Resumption) async -> WorkResult {
        guard !resumption.isEmpty else { return await pipeline.run(batch, in: context) }
        var batch = batch
        var result = WorkResult()
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
}
