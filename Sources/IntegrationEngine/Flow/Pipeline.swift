internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore

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
    /// The store's queues among the destinations, in the order of `destinationNames`: what goes there is staged, and
    /// sent by the transaction that settles the delivery.
    var queues: [QueueName?]
    /// What each destination that broadcasts hands messages to, in the order of `destinationNames`; empty for others.
    var branches: [[Int]]
    /// One before each destination, in the order of `destinationNames`.
    var breakers: [Reachability]
    /// One for what each step asks, in the order of `steps`; those that ask nobody are always well.
    var stepBreakers: [Reachability]
    /// Where messages without a route go.
    var defaultDestination: Int?
    /// The flow's interned literals.
    var literals: ByteBlock
    /// Nil where journeys are not recorded.
    var journeys: JourneyRecorder?
    /// Whether a source wants to see messages as they left the steps.
    var keepsResults = false

    /// Runs the steps and sends what is left.
    func run(_ batch: consuming Batch, in context: FlowContext) async -> WorkResult {
        var batch = batch
        var result = await runSteps(&batch, in: context)
        await send(batch, &result, in: context)
        return result
    }

    /// Runs the steps; what is left in the batch is ready to be sent.
    func runSteps(_ batch: inout Batch, in context: FlowContext) async -> WorkResult {
        batch.arena.attach(literals, as: Arena.literalBase)
        var failures: [FailedMessage] = []
        for (step, breaker) in zip(steps, stepBreakers) where !batch.messages.isEmpty {
            do throws(IntegrationError) {
                try failPoint(throwing: "in-step")
                switch step.step {
                case .asynchronous(let step): failures += await breaker.run(step, over: &batch, in: context)
                case .immediate(let step): try step.process(&batch, in: context)
                }
            } catch {
                batch.failAll(step.name, error)
            }
            journeys?.note("passed", batch.messages, at: step.name)
        }
        journeys?.note("dropped", batch.dropped, at: nil)
        var result = WorkResult()
        result.dropped = batch.dropped.count
        result.settledKeys = batch.settledKeys
        result.followers = batch.followers
        result.failures = failures + batch.takeFailures()
        if keepsResults { result.results = batch.messages + batch.dropped + batch.followers.map(\.message) }
        return result
    }

    /// The destination that a message goes to.
    ///
    /// - Throws: `noRoute` where there is none.
    func destination(of message: Message) throws(IntegrationError) -> Int {
        if message.route >= 0 { return Int(message.route) }
        if let defaultDestination { return defaultDestination }
        throw IntegrationError(.noRoute, "no step sent the message anywhere and the flow has no destination")
    }

    /// Sends each message to the destination of its route.
    func send(_ batch: Batch, _ result: inout WorkResult, in context: FlowContext) async {
        guard !batch.messages.isEmpty else { return }
        failPoint("before-send")
        defer { failPoint("after-send") }
        var byDestination = [[Message]](repeating: [], count: senders.count)
        for message in batch.messages {
            do throws(IntegrationError) {
                byDestination[try destination(of: message)].append(message)
            } catch {
                result.failures.append(FailedMessage(message: message, error: error))
            }
        }
        var parts: [(destination: Int, messages: [Message])] = []
        for (destination, messages) in byDestination.enumerated() where !messages.isEmpty {
            let leaves = leaves(of: destination)
            if leaves.count > 1, batch.joint != nil { result.divided.formUnion(messages.map(\.origin)) }
            for branch in leaves {
                if queues[branch] == nil {
                    parts.append((branch, messages))
                } else {
                    result.staged.append(StagedMessages(destination: branch, messages: messages))
                }
            }
        }
        let joint = joint(of: batch, &result)
        if parts.count <= 1 {
            for part in parts {
                await result.merge(send(part.messages, to: part.destination, batch.arena, joint, in: context))
            }
            return
        }
        // Several destinations work at once, so that their waits overlap.
        await withTaskGroup(of: WorkResult.self) { group in
            for part in parts {
                group.addTask {
                    await self.send(part.messages, to: part.destination, batch.arena, joint, in: context)
                }
            }
            for await part in group { result.merge(part) }
        }
    }

    /// What destinations may settle themselves: messages that are whole, and whose effects are all there is to be done.
    private func joint(of batch: Batch, _ result: inout WorkResult) -> JointTickets? {
        guard let joint = batch.joint else { return nil }
        var seen: Set<Int> = []
        for message in result.failures.map(\.message) + batch.messages where !seen.insert(message.origin).inserted {
            result.divided.insert(message.origin)
        }
        // The keys of `idempotent` steps are done in a transaction of the store.
        return joint.without(result.divided.union(result.settledKeys.map(\.origin)))
    }

    /// The destinations that a message for this one is sent to, each once.
    func leaves(of destination: Int) -> [Int] {
        guard !branches[destination].isEmpty else { return [destination] }
        var leaves: [Int] = []
        var open = branches[destination]
        var seen: Set<Int> = [destination]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            if branches[next].isEmpty { leaves.append(next) } else { open += branches[next] }
        }
        return leaves.sorted()
    }

    /// Sends messages to one destination.
    func send(
        _ messages: [Message], to destination: Int, _ arena: Arena, _ joint: JointTickets? = nil,
        in context: FlowContext
    ) async -> WorkResult {
        var result = WorkResult()
        if queues[destination] != nil {
            result.staged = [StagedMessages(destination: destination, messages: messages)]
            return result
        }
        let name = destinationNames[destination]
        func refuse(_ message: Message, _ error: IntegrationError, heldOff: Duration? = nil) {
            var error = error
            if error.component == nil { error.component = name }
            result.failures.append(
                FailedMessage(message: message, error: error, destination: destination, heldOff: heldOff))
        }
        do throws(IntegrationError) {
            var batch = Batch(arena: arena, messages: messages)
            batch.joint = joint
            let answer = try await breakers[destination].send(
                batch, to: senders[destination], in: context)
            try Self.check(answer.report, count: messages.count)
            for refused in answer.report.refused {
                refuse(messages[refused.index], refused.error, heldOff: answer.heldOff(refused.error))
            }
            result.delivered = [(destination, messages.count - answer.report.refused.count)]
            if let journeys {
                let refused = Set(answer.report.refused.map(\.index))
                let accepted = messages.indices.filter { !refused.contains($0) }.map { messages[$0] }
                journeys.note("delivered", accepted, at: name)
            }
        } catch {
            for message in messages { refuse(message, error) }
        }
        return result
    }

    /// Where every message of the flow ends at one destination outside the store, that one.
    var onlyDestination: Int? {
        let leaves = destinationNames.indices.filter { branches[$0].isEmpty }
        return leaves.count == 1 && queues[leaves[0]] == nil ? leaves[0] : nil
    }

    /// Whether all that becomes of a message is in the transaction that settles it, and nothing in between waits.
    var isOneTransaction: Bool {
        destinationNames.indices.allSatisfy { !branches[$0].isEmpty || queues[$0] != nil }
            && steps.allSatisfy { if case .immediate = $0.step { true } else { false } }
    }

    /// - Throws: when a report names messages that were not sent, or one twice: nothing it says can then be trusted.
    private static func check(_ report: SendReport, count: Int) throws(IntegrationError) {
        guard !report.refused.isEmpty else { return }
        let indices = Set(report.refused.map(\.index))
        guard indices.count == report.refused.count, indices.allSatisfy({ $0 >= 0 && $0 < count }) else {
            throw IntegrationError(
                .destinationFailed, "the destination reported on messages that it was not sent",
                causes: report.refused.prefix(1).map(\.error.message))
        }
    }
}

/// What became of a batch.
struct WorkResult: Sendable {
    var delivered: [(destination: Int, count: Int)] = []
    var dropped = 0
    var failures: [FailedMessage] = []
    var staged: [StagedMessages] = []
    var settledKeys: [SettledKey] = []
    var followers: [Follower] = []
    /// Messages as they left the steps, where a source wants to see them.
    var results: [Message] = []
    /// Origins of messages of which there are several parts, where their source could take them back whole.
    var divided: Set<Int> = []

    mutating func merge(_ other: WorkResult) {
        delivered += other.delivered
        dropped += other.dropped
        failures += other.failures
        staged += other.staged
        settledKeys += other.settledKeys
        followers += other.followers
        results += other.results
        divided.formUnion(other.divided)
    }
}

extension WorkResult {
    /// Decides on messages that repeat others: they fail with them, or are dropped.
    mutating func failFollowers() {
        guard !followers.isEmpty else { return }
        let failed = Dictionary(failures.map { ($0.message.origin, $0) }) { first, _ in first }
        for follower in followers {
            if let failure = failed[follower.first] {
                failures.append(
                    FailedMessage(message: follower.message, error: failure.error, heldOff: failure.heldOff))
            } else {
                dropped += 1
            }
        }
        followers.removeAll()
    }
}

/// Messages bound for a queue of the store.
struct StagedMessages: Sendable {
    var destination: Int
    var messages: [Message]
}
