internal import IntegrationCore
internal import IntegrationDocument

/// Takes a batch through where order is promised: each destination gets its messages in the order of the source, so a
/// message that waits for another try holds back those behind it. These keep what the steps made of them and lose no
/// try.
struct OrderedWork {
    let runner: FlowRunner
    let entry: Flow.Entry
    let arena: Arena

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

        var failure: FailedMessage? {
            error.map { FailedMessage(message: message, error: $0) }
        }
    }

    /// What a round left: items not through yet, in order, and those that failed for good.
    private struct Round: Sendable {
        var items: [Item] = []
        var dead: [FailedMessage] = []
        var retries = 0
        var staged: [StagedMessages] = []
    }

    private var stopsAtDeath: Bool { runner.flow.errorHandling.exhausted == .stop }

    /// - Parameter early: messages that failed before the first step.
    /// - Returns: a verdict without retries; what is dead is buried.
    func run(_ batch: consuming Batch, early: [FailedMessage]) async -> Verdict {
        var verdict = Verdict()
        var queue = await runSteps(batch, early: early, &verdict)
        while !queue.isEmpty {
            let stop = queue.firstIndex { item in
                if case .ready = item.stage { false } else { true }
            }
            let round = await send(Array(queue[..<(stop ?? queue.count)]))
            runner.statistics.retried(round.retries)
            verdict.dead += round.dead
            verdict.staged += round.staged
            queue = round.items + queue[(stop ?? queue.count)...]
            guard let next = queue.first(where: { $0.error != nil }), let failure = next.failure else { break }
            if Task.isCancelled {
                verdict.error = CancellationError()
                break
            }
            if case .dead = queue[0].stage {
                verdict.dead.append(failure)
                queue.removeFirst()
                break
            }
            do {
                guard try await runner.pause(for: runner.wait(after: failure)) else { break }
            } catch {
                verdict.error = error
                break
            }
            queue = await restart(queue, &verdict)
        }
        verdict.released += queue.map { FailedMessage(message: $0.message, error: $0.error ?? Self.heldBack) }
        await runner.bury(&verdict) { runner.letter(of: $0, from: entry, arena) }
        return verdict
    }

    private static let heldBack = IntegrationError(.stepFailed, "held back behind a message that failed")

    // MARK: Steps

    /// Runs the steps; returns what is to be sent and what failed for now, in order.
    private func runSteps(_ batch: consuming Batch, early: [FailedMessage], _ verdict: inout Verdict) async -> [Item] {
        var batch = batch
        var result = await runner.pipeline.runSteps(&batch, in: runner.context)
        runner.statistics.processed(result)
        result.failures = early + result.failures
        var items: [Item] = []
        items.reserveCapacity(batch.messages.count)
        for message in batch.messages {
            do throws(IntegrationError) {
                for branch in runner.pipeline.leaves(of: try runner.pipeline.destination(of: message)) {
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
            runner.statistics.retried(round.retries)
        }
        return items.sorted { $0.message.origin < $1.message.origin }
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
        entry.decode(&batch, in: runner.context)
        let early = batch.takeFailures()
        return (rest + (await runSteps(batch, early: early, &verdict))).sorted { $0.message.origin < $1.message.origin }
    }

    /// Notes a failed try: the item waits for another, or is dead.
    private func judge(_ failure: FailedMessage, as stage: Item.Stage, isCut: Bool, _ round: inout Round) {
        if isCut {
            round.items.append(Item(message: failure.message, stage: stage, error: failure.error))
            return
        }
        let verdict = Verdict([failure], handling: runner.flow.errorHandling)
        for retry in verdict.retries {
            round.items.append(Item(message: retry.message, stage: stage, error: retry.error))
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
    private func send(_ items: [Item]) async -> Round {
        guard !items.isEmpty else { return Round() }
        var byDestination: [Int: [Item]] = [:]
        for item in items {
            if case .ready(let destination) = item.stage { byDestination[destination, default: []].append(item) }
        }
        var whole = Round()
        if byDestination.count == 1, let (destination, items) = byDestination.first {
            return await send(items, to: destination)
        }
        await withTaskGroup(of: Round.self) { group in
            for (destination, items) in byDestination { group.addTask { await send(items, to: destination) } }
            for await part in group {
                whole.items += part.items
                whole.dead += part.dead
                whole.retries += part.retries
                whole.staged += part.staged
            }
        }
        whole.items.sort { $0.message.origin < $1.message.origin }
        return whole
    }

    private func send(_ items: [Item], to destination: Int) async -> Round {
        let step = runner.pipeline.senders[destination].isAllOrNothing ? items.count : 1
        var round = Round()
        var next = 0
        while next < items.count, round.items.isEmpty {
            let part = items[next..<min(next + step, items.count)]
            next += part.count
            let result = await runner.pipeline.send(
                part.map(\.message), to: destination, arena, in: runner.context)
            runner.statistics.processed(result)
            round.staged += result.staged
            let isCut = Task.isCancelled
            for failure in result.failures {
                judge(failure, as: .ready(destination: destination), isCut: isCut, &round)
            }
        }
        // Behind one that waits nothing is sent.
        round.items += items[next...]
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
