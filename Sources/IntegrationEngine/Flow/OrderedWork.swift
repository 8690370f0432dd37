internal import IntegrationCore
internal import IntegrationDocument

/// Takes a batch through where order is promised: each destination gets its messages in the order of the source, or those
/// of one key, so a message that waits for another try holds back those behind it. These keep what the steps made of them
/// and lose no try.
struct OrderedWork {
    let runner: FlowRunner
    let entry: Flow.Entry
    let tickets: [TicketRun]
    let resumption: Resumption
    let arena: Arena
    /// Whether the source answers failures itself.
    let isAnswered: Bool
    /// A number for the key of each message, by origin, where only messages of the same key hold each other back.
    var keys: [Int: Int] = [:]

    private struct Item: Sendable {
        enum Stage: Sendable {
            /// Through the steps, on its way to a destination.
            case ready(destination: Int)
            /// Failed in a step; runs through all of them again.
            case again
            /// Failed for good where that stops the flow.
            case dead
        }

        var message: Message
        var stage: Stage
        /// Why the last try failed.
        var error: IntegrationError?
        /// Until when its destination is closed off, where it can't be reached.
        var heldOff: Duration?

        var failure: FailedMessage? {
            error.map { FailedMessage(message: message, error: $0, destination: destination, heldOff: heldOff) }
        }

        /// The item as one that comes to no end in this delivery.
        var released: FailedMessage {
            failure ?? FailedMessage(message: message, error: OrderedWork.heldBack, destination: destination)
        }

        var isDead: Bool {
            if case .dead = stage { true } else { false }
        }

        private var destination: Int? {
            if case .ready(let destination) = stage { destination } else { nil }
        }
    }

    /// What a round left: items not through yet, in order, and those that failed for good.
    private struct Round: Sendable {
        var items: [Item] = []
        var dead: [FailedMessage] = []
        var refused: [FailedMessage] = []
        var retries = 0
        var staged: [StagedMessages] = []
    }

    private var stopsAtDeath: Bool { runner.flow.errorHandling.exhausted == .stop }

    /// - Parameter early: messages that failed before the first step.
    /// - Returns: a verdict without retries; what is dead is buried.
    func run(_ batch: consuming Batch, early: [FailedMessage]) async -> Verdict {
        var verdict = Verdict()
        var queue = await runSteps(batch, early: early, &verdict)
        for (destination, messages) in resumption.ready {
            queue += messages.map { Item(message: $0, stage: .ready(destination: destination)) }
        }
        queue.sort { $0.message.origin < $1.message.origin }
        // Of these there are several parts, or something is kept in the store.
        var divided = Set(verdict.settledKeys.map(\.origin))
        while !queue.isEmpty {
            let (free, held) = split(queue)
            let origins = queue.map(\.message.origin)
            for (one, next) in zip(origins, origins.dropFirst()) where one == next { divided.insert(one) }
            divided.formUnion((verdict.dead + verdict.refused).map(\.message.origin))
            let round = await send(free, JointTickets(tickets)?.without(divided))
            runner.statistics.retried(round.retries)
            verdict.dead += round.dead
            verdict.refused += round.refused
            verdict.staged += round.staged
            queue = (round.items + held).sorted { $0.message.origin < $1.message.origin }
            let failures = queue.compactMap(\.failure)
            guard !failures.isEmpty else { break }
            if Task.isCancelled {
                verdict.error = CancellationError()
                break
            }
            if let stopped = queue.firstIndex(where: { $0.isDead && !isHeldBack($0, by: queue) }) {
                if let failure = queue.remove(at: stopped).failure { verdict.dead.append(failure) }
                break
            }
            do {
                let wait = failures.map { runner.wait(after: $0) }.max() ?? .zero
                guard try await runner.pause(for: wait) else { break }
            } catch {
                verdict.error = error
                break
            }
            queue = await restart(queue, &verdict)
        }
        verdict.released += queue.map(\.released)
        runner.statistics.dropped(verdict.takeFollowers())
        verdict.withdrawRefused()
        await runner.bury(&verdict) { runner.letter(of: $0, from: entry, tickets, arena) }
        return verdict
    }

    /// What may be sent now, and what waits: failed messages and those that they hold back.
    private func split(_ queue: [Item]) -> (free: [Item], held: [Item]) {
        var blocked: Set<Int> = []
        var free: [Item] = []
        var held: [Item] = []
        for item in queue {
            if case .ready = item.stage, !blocked.contains(key(of: item)) {
                free.append(item)
            } else {
                blocked.insert(key(of: item))
                held.append(item)
            }
        }
        return (free, held)
    }

    /// Messages with the same number hold each other back.
    private func key(of item: Item) -> Int { keys[item.message.origin] ?? 0 }

    /// Whether something of the same key stands before an item.
    private func isHeldBack(_ item: Item, by queue: [Item]) -> Bool {
        queue.first { key(of: $0) == key(of: item) }?.message.origin != item.message.origin
    }

    private static let heldBack = IntegrationError(.stepFailed, "held back behind a message that failed")

    // MARK: Steps

    /// Runs the steps; returns what is to be sent and what failed for now, in order.
    private func runSteps(_ batch: consuming Batch, early: [FailedMessage], _ verdict: inout Verdict) async -> [Item] {
        var batch = batch
        var result = await runner.pipeline.runSteps(&batch, in: runner.context)
        runner.statistics.processed(result)
        verdict.settledKeys += result.settledKeys
        verdict.followers += result.followers
        verdict.results += result.results
        result.failures = early + result.failures
        var items: [Item] = []
        items.reserveCapacity(batch.messages.count)
        for message in batch.messages {
            do throws(IntegrationError) {
                for branch in try branches(of: message) {
                    items.append(Item(message: message, stage: .ready(destination: branch)))
                }
            } catch {
                result.failures.append(FailedMessage(message: message, error: error))
            }
        }
        guard !result.failures.isEmpty else { return items }
        // Cut off rather than failed: the caller looks for that.
        let isCut = Task.isCancelled
        for failure in result.failures {
            var round = Round()
            judge(failure, as: .again, isCut: isCut, &round)
            items += round.items
            verdict.dead += round.dead
            verdict.refused += round.refused
            runner.statistics.retried(round.retries)
        }
        return items.sorted { $0.message.origin < $1.message.origin }
    }

    /// Where a message goes that is through the steps; some branches may have it already.
    private func branches(of message: Message) throws(IntegrationError) -> [Int] {
        if let only = resumption.only[message.origin] { return only.sorted() }
        return runner.pipeline.leaves(of: try runner.pipeline.destination(of: message))
    }

    /// Runs all that failed in a step through the steps again, at their places.
    private func restart(_ queue: [Item], _ verdict: inout Verdict) async -> [Item] {
        var rest: [Item] = []
        var again: [Message] = []
        for item in queue {
            if case .again = item.stage { again.append(item.message.asItCame) } else { rest.append(item) }
        }
        guard !again.isEmpty else { return rest }
        var batch = Batch(arena: arena, messages: again)
        runner.decode(&batch, of: entry, tickets)
        let early = batch.takeFailures()
        return (rest + (await runSteps(batch, early: early, &verdict))).sorted { $0.message.origin < $1.message.origin }
    }

    /// Notes a failed try: the item waits for another, or is dead.
    private func judge(_ failure: FailedMessage, as stage: Item.Stage, isCut: Bool, _ round: inout Round) {
        if isCut {
            round.items.append(Item(message: failure.message, stage: stage, error: failure.error))
            return
        }
        if isAnswered {
            let verdict = Verdict(answering: [failure], handling: runner.flow.errorHandling)
            round.dead += verdict.dead
            round.refused += verdict.refused
            return
        }
        let verdict = Verdict([failure], handling: runner.flow.errorHandling)
        for retry in verdict.retries {
            round.items.append(
                Item(message: retry.message, stage: stage, error: retry.error, heldOff: retry.heldOff))
            round.retries += 1
        }
        for dead in verdict.dead {
            if stopsAtDeath {
                round.items.append(Item(message: dead.message, stage: .dead, error: dead.error))
            } else {
                round.dead.append(dead)
            }
        }
    }

    // MARK: Destinations

    /// Sends items, each destination's in order, until one is refused for now.
    private func send(_ items: [Item], _ joint: JointTickets?) async -> Round {
        guard !items.isEmpty else { return Round() }
        var byDestination: [Int: [Item]] = [:]
        for item in items {
            if case .ready(let destination) = item.stage { byDestination[destination, default: []].append(item) }
        }
        var whole = Round()
        if byDestination.count == 1, let (destination, items) = byDestination.first {
            return await send(items, to: destination, joint)
        }
        await withTaskGroup(of: Round.self) { group in
            for (destination, items) in byDestination { group.addTask { await send(items, to: destination, joint) } }
            for await part in group {
                whole.items += part.items
                whole.dead += part.dead
                whole.refused += part.refused
                whole.retries += part.retries
                whole.staged += part.staged
            }
        }
        whole.items.sort { $0.message.origin < $1.message.origin }
        return whole
    }

    private func send(_ items: [Item], to destination: Int, _ joint: JointTickets?) async -> Round {
        let step = runner.pipeline.senders[destination].isAllOrNothing ? items.count : 1
        var round = Round()
        var rest = items[...]
        // Behind one that waits nothing of its key is sent.
        var blocked: Set<Int> = []
        while !rest.isEmpty {
            if blocked.contains(key(of: rest[rest.startIndex])) {
                round.items.append(rest.removeFirst())
                continue
            }
            let part = rest.prefix(step)
            rest = rest.dropFirst(part.count)
            let result = await runner.pipeline.send(
                part.map(\.message), to: destination, arena, joint, in: runner.context)
            runner.statistics.processed(result)
            round.staged += result.staged
            let isCut = Task.isCancelled
            for failure in result.failures {
                let before = round.items.count
                judge(failure, as: .ready(destination: destination), isCut: isCut, &round)
                blocked.formUnion(round.items[before...].map(key))
            }
        }
        return round
    }
}

extension Message {
    /// The message before anything was done to it.
    var asItCame: Message {
        Message(
            id: id, origin: origin, body: original, metadata: metadata, attempts: attempts, receiveCount: receiveCount)
    }
}
