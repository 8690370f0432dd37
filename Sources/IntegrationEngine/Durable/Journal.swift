internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore
internal import Logging

/// Makes what became of a delivery one transaction: what goes into queues, dead letters, parked messages, and the
/// acknowledgement of it all.
struct Journal: Sendable {
    let store: any Store
    let flow: Flow
    let context: FlowContext
    let pipeline: Pipeline
    /// The queue of the flow's dead letters; nil where they go to a destination of another kind.
    let deadLetters: String?
    /// Queues that refuse messages when they are full.
    let rejecting: Set<QueueName>

    enum Outcome {
        case committed
        /// Somebody else has the messages by now.
        case lost
        /// The flow ends before the store could take it.
        case abandoned
        /// A queue that refuses messages when it is full has no room for those of this change.
        case refused(by: QueueName, IntegrationError)
    }

    /// A delivery whose messages are through, one way or another.
    struct Work {
        var count: Int
        var tickets: [TicketRun]
        /// The source's name.
        var source: String
        /// Wall time at which it came.
        var received: Duration
        var arena: Arena
        /// Where it is a message that came before and was not settled.
        var suspect: Quarantine.Suspect?
    }

    /// What of a delivery comes back, by origin; everything else is done.
    private struct Returning {
        var retries: [Int: [FailedMessage]] = [:]
        var released: [Int: [FailedMessage]] = [:]

        init(_ verdict: Verdict) {
            for failure in verdict.retries { retries[failure.message.origin, default: []].append(failure) }
            // A part of a message that is tried again speaks for all of it.
            for failure in verdict.released where retries[failure.message.origin] == nil {
                released[failure.message.origin, default: []].append(failure)
            }
        }

        var isEmpty: Bool { retries.isEmpty && released.isEmpty }
        func isDone(_ origin: Int) -> Bool { retries[origin] == nil && released[origin] == nil }
    }

    // MARK: The change

    /// All effects of a delivery.
    func change(_ verdict: Verdict, of work: Work, runner: FlowRunner) -> StoreChange {
        var change = StoreChange()
        for part in verdict.staged {
            guard let queue = pipeline.queues[part.destination] else { continue }
            change.enqueue.append(Enqueue(part.messages, to: queue, at: context.clock.wallTime, work.arena))
        }
        for part in verdict.outbox {
            change.enqueue.append(outbox(part, runner, work))
        }
        let returning = Returning(verdict)
        var parked = ParkedMessages()
        var start = 0
        for run in work.tickets.isEmpty ? [TicketRun(nil, count: work.count)] : work.tickets {
            switch run.ticket {
            case let ticket as LeaseTicket: settle(ticket, from: start, returning, runner, work, &change)
            case let ticket as PositionTicket:
                park(start..<start + run.count, returning, runner, work, &parked)
                note(ticket, from: start, returning, work, &change)
            default: park(start..<start + run.count, returning, runner, work, &parked)
            }
            start += run.count
        }
        if !parked.messages.isEmpty { change.enqueue.append(parked.enqueue(for: .parked(flow: flow.name))) }
        change.state += keys(of: verdict, returning, work.arena)
        if let suspect = work.suspect { change.state.append(suspect.ending(isReleased: returning.released[0] != nil)) }
        for letter in verdict.letters {
            change.deadLetters.append(record(letter, work))
            guard flow.recording != .none else { continue }
            change.events.append(event("dead-lettered", letter.id, step: letter.step, code: letter.error.code))
        }
        for failure in verdict.retries where flow.recording != .none {
            change.events.append(
                event("retried", failure.message.id, step: failure.error.component, code: failure.error.code))
        }
        return change
    }

    /// What becomes of the keys: a message that failed for good has not done what its key stands for. The key of a
    /// source, which comes with a note, is done as soon as the message is safe.
    private func keys(of verdict: Verdict, _ returning: Returning, _ arena: Arena) -> [StateChange] {
        guard !verdict.settledKeys.isEmpty else { return [] }
        let dead = Set(verdict.dead.map(\.message.origin))
        let refused = Set(verdict.refused.map(\.message.origin))
        return verdict.settledKeys.compactMap { key in
            if key.note != nil {
                guard !refused.contains(key.origin), returning.released[key.origin] == nil else { return nil }
            } else {
                guard returning.isDone(key.origin) else { return nil }
                if dead.contains(key.origin) || refused.contains(key.origin) { return StoredKeys.releasing(key) }
            }
            let result = verdict.results.first { $0.origin == key.origin }
            return StoredKeys.settling(key, note: key.note?(result, arena) ?? [], at: context.clock.wallTime)
        }
    }

    /// Messages for a destination that can't be reached, with the bytes made for it.
    private func outbox(_ part: StagedMessages, _ runner: FlowRunner, _ work: Work) -> Enqueue {
        let name = pipeline.destinationNames[part.destination]
        var waiting = ParkedMessages()
        for message in part.messages {
            let body = Array(bodyOf: message, in: work.arena)
            let claimed = Self.claimed(message.origin, work.tickets)?.message
            waiting.add(
                message, source: claimed?.source ?? work.source, received: claimed?.received ?? work.received, due: nil,
                resume: [ResumePoint(destination: name, body: body)], work.arena)
        }
        return waiting.enqueue(for: .outbox(flow: flow.name, destination: name))
    }

    /// Acknowledges what is done and puts back the rest.
    private func settle(
        _ ticket: LeaseTicket, from start: Int, _ returning: Returning, _ runner: FlowRunner, _ work: Work,
        _ change: inout StoreChange
    ) {
        guard !returning.isEmpty else {
            let sequences = ticket.messages.map(\.sequence)
            change.acknowledge.append(Acknowledgement(lease: ticket.lease, sequences: sequences))
            return
        }
        var done: [UInt64] = []
        for (index, claimed) in ticket.messages.enumerated() {
            let origin = start + index
            if let failures = returning.retries[origin] {
                change.putBack.append(
                    PutBack(
                        lease: ticket.lease, sequence: claimed.sequence, due: due(failures, runner),
                        attempts: Int(failures[0].message.attempts), resume: resume(failures, work.arena)))
            } else if let parts = returning.released[origin] {
                change.putBack.append(
                    PutBack(
                        lease: ticket.lease, sequence: claimed.sequence, resume: rest(parts, of: claimed, work.arena)))
            } else {
                done.append(claimed.sequence)
            }
        }
        if !done.isEmpty { change.acknowledge.append(Acknowledgement(lease: ticket.lease, sequences: done)) }
    }

    /// Parked messages are safe, so that their records count as done. Of records that share a place none is done before
    /// all are.
    private func note(
        _ ticket: PositionTicket, from start: Int, _ returning: Returning, _ work: Work, _ change: inout StoreChange
    ) {
        var completed: [Range<UInt64>] = []
        let released =
            returning.isEmpty ? [] : ticket.records.indices.filter { returning.released[start + $0] != nil }
        let withheld = Set(released.map { ticket.records[$0] })
        var previous: Range<UInt64>?
        for record in ticket.records where !withheld.contains(record) && record != previous {
            previous = record
            if let last = completed.last, last.upperBound == record.lowerBound {
                completed[completed.count - 1] = last.lowerBound..<record.upperBound
            } else {
                completed.append(record)
            }
        }
        guard !completed.isEmpty else { return }
        let key = StreamKey(source: Self.source(work.source, of: flow.name), identity: ticket.stream)
        change.positions.append(StreamProgress(stream: key, completed: completed))
    }

    /// The name under which the positions of a flow's source are kept.
    static func source(_ source: String, of flow: String) -> String { "\(flow)/\(source)" }

    private func park(
        _ origins: Range<Int>, _ returning: Returning, _ runner: FlowRunner, _ work: Work,
        _ parked: inout ParkedMessages
    ) {
        guard !returning.retries.isEmpty else { return }
        for origin in origins {
            guard let failures = returning.retries[origin] else { continue }
            parked.add(
                failures[0].message, source: work.source, received: work.received, due: due(failures, runner),
                resume: resume(failures, work.arena) ?? [], work.arena)
        }
    }

    private func due(_ failures: [FailedMessage], _ runner: FlowRunner) -> Duration {
        context.clock.wallTime + (failures.map { runner.wait(after: $0) }.max() ?? .zero)
    }

    /// The branches that are still to get a message which goes back, where others have it already; nil leaves it as it is.
    private func rest(_ parts: [FailedMessage], of claimed: ClaimedMessage, _ arena: Arena) -> [ResumePoint]? {
        if claimed.resume.isEmpty {
            let route = Int(parts[0].message.route)
            guard let destination = route >= 0 ? route : pipeline.defaultDestination else { return nil }
            guard parts.count < pipeline.leaves(of: destination).count else { return nil }
        }
        return resume(parts, arena)
    }

    /// The branches that failed, each with the bytes made for it; nil where a step failed, so that all begins anew.
    private func resume(_ failures: [FailedMessage], _ arena: Arena) -> [ResumePoint]? {
        var points: [ResumePoint] = []
        for failure in failures {
            guard let destination = failure.destination else { return nil }
            points.append(
                ResumePoint(
                    destination: pipeline.destinationNames[destination],
                    body: Array(bodyOf: failure.message, in: arena)))
        }
        return points
    }

    // MARK: Records

    private func record(_ letter: DeadLetter, _ work: Work) -> DeadLetterRecord {
        var received = work.received
        var queue: QueueName?
        if let claimed = Self.claimed(letter.origin, work.tickets) {
            received = claimed.message.received
            queue = claimed.queue.isReserved ? nil : claimed.queue
        }
        return DeadLetterRecord(
            queue: deadLetters ?? "", message: letter.id, flow: flow.name, flowVersion: flow.version,
            source: letter.source, sourceQueue: queue, step: letter.step, destination: letter.destination,
            code: letter.error.code.id, reason: letter.error.message, path: letter.error.path,
            causes: letter.error.causes, attempts: letter.attempts, receiveCount: letter.receiveCount,
            received: received, failed: letter.time, body: letter.original, metadata: letter.metadata,
            failingBody: letter.atStep)
    }

    /// The claimed message of an origin.
    static func claimed(_ origin: Int, _ tickets: [TicketRun]) -> (queue: QueueName, message: ClaimedMessage)? {
        guard let (ticket, index) = tickets.ticket(of: origin), let lease = ticket as? LeaseTicket else { return nil }
        return (lease.lease.queue, lease.messages[index])
    }

    private func event(_ kind: String, _ id: MessageID, step: String?, code: ErrorCode) -> EventRecord {
        EventRecord(
            time: context.clock.wallTime, kind: kind, flow: flow.name, message: id, step: step,
            detail: Array(#"{"code":"\#(code.id)"}"#.utf8))
    }

    // MARK: Committing

    /// Makes a change durable, again and again while the store can't take it: nothing is acknowledged meanwhile.
    func commit(_ change: StoreChange) async throws(IntegrationError) -> Outcome {
        guard !change.isEmpty else { return .committed }
        var tries = 0
        while true {
            do throws(IntegrationError) {
                try await store.commit(change)
                if !change.deadLetters.isEmpty { failPoint("dead-letter-confirm") }
                failPoint("after-confirm")
                return .committed
            } catch {
                if error.code == .leaseLost {
                    context.logger.warning(
                        "a lease was lost; its messages come back", metadata: ["flow": "\(flow.name)"])
                    return .lost
                }
                if error.code == .queueFull, let queue = error.component.map({ QueueName($0) }),
                    rejecting.contains(queue)
                {
                    return .refused(by: queue, error)
                }
                guard error.isRetryable else { throw error }
                tries += 1
                guard await holdBack(error, tries: tries) else { return .abandoned }
            }
        }
    }

    private static let backoff = (first: Duration.milliseconds(20), longest: Duration.seconds(5))

    /// Waits before the next try; false when the flow ends first.
    private func holdBack(_ error: IntegrationError, tries: Int) async -> Bool {
        let isFull = error.code == .queueFull
        if tries == 1 {
            context.logger.log(
                level: isFull ? .debug : .error, "the store takes nothing for now; the flow holds back",
                metadata: ["code": "\(error.code)", "error": "\(error.message)"])
        }
        let wait = min(Self.backoff.longest, Self.backoff.first * (1 << min(tries, 10)))
        return await context.pause(for: isFull ? min(wait, .milliseconds(200)) : wait)
    }
}

/// Messages that wait in the store for another try of their flow.
private struct ParkedMessages {
    private var block: [UInt8] = []
    private(set) var messages: [NewMessage] = []

    mutating func add(
        _ message: Message, source: String, received: Duration, due: Duration?, resume: [ResumePoint], _ arena: Arena
    ) {
        let start = block.count
        block += arena.bytes(message.original)
        let end = block.count
        if let metadata = message.metadata { block += [UInt8](json: arena.view(metadata)) }
        messages.append(
            NewMessage(
                id: message.id, body: start..<end, metadata: message.metadata == nil ? nil : end..<block.count,
                attempts: Int(message.attempts), receiveCount: Int(message.receiveCount), received: received,
                due: due, source: source, resume: resume))
    }

    func enqueue(for queue: QueueName) -> Enqueue {
        Enqueue(queue: queue, block: block, messages: messages)
    }
}
