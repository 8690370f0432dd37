internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import Logging

/// Failures told apart.
struct Verdict: Sendable {
    /// To be tried again.
    var retries: [FailedMessage] = []
    /// Failed for good; in the dead letters.
    var dead: [FailedMessage] = []
    /// Come to no end: they go back to their source.
    var released: [FailedMessage] = []
    /// Why the flow can't go on.
    var error: (any Error)?
    /// Bound for queues of the store, in the transaction that settles the delivery.
    var staged: [StagedMessages] = []
    /// Dead letters for a queue of the store, in the same transaction; `dead` holds their messages.
    var letters: [DeadLetter] = []

    /// Keys that are done with their messages.
    var settledKeys: [SettledKey] = []
    /// Messages that repeat others; where order is promised their fate is decided last.
    var followers: [Follower] = []
    /// Bound for the outboxes of destinations that can't be reached.
    var outbox: [StagedMessages] = []
    /// Failed, which their source answers; some are in the dead letters as well.
    var refused: [FailedMessage] = []
    /// Messages as they left the steps, where their source wants to see them.
    var results: [Message] = []

    /// Failures that a source answers: none is tried again; those that trying again can't mend are dead where somebody
    /// named a place for them.
    init(answering failures: [FailedMessage], handling: ErrorHandling) {
        refused = failures
        for index in refused.indices { refused[index].message.attempts += 1 }
        guard handling.deadLetters != nil || handling.exhausted == .stop else { return }
        dead = refused.filter { !$0.error.isRetryable }
    }

    /// Origins of the messages that have come to no end yet, each once.
    var undecided: Set<Int> { Set((retries + released).map(\.message.origin)) }

    /// Nothing has failed.
    init() {}

    /// Counts a failed try of each that failed by a fault of its own or of its destination's.
    init(_ failures: [FailedMessage], handling: ErrorHandling) {
        for failure in failures {
            if failure.heldOff != nil {
                retries.append(failure)
                continue
            }
            var failure = failure
            failure.message.attempts += 1
            if handling.retries(failure.error, failures: Int(failure.message.attempts)) {
                retries.append(failure)
            } else {
                dead.append(failure)
            }
        }
    }
}

extension Verdict {
    /// Lets messages that repeat others share their fate; returns how many are dropped, because those came through.
    mutating func takeFollowers() -> Int {
        defer { followers.removeAll() }
        var dropped = 0
        for follower in followers {
            if let failure = dead.first(where: { $0.message.origin == follower.first }) {
                dead.append(FailedMessage(message: follower.message, error: failure.error))
            } else if let failure = released.first(where: { $0.message.origin == follower.first }) {
                released.append(FailedMessage(message: follower.message, error: failure.error))
            } else {
                dropped += 1
            }
        }
        return dropped
    }

    /// Nothing of a message that is refused goes anywhere.
    mutating func withdrawRefused() {
        guard !refused.isEmpty, !staged.isEmpty else { return }
        let origins = Set(refused.map(\.message.origin))
        for index in staged.indices { staged[index].messages.removeAll { origins.contains($0.origin) } }
        staged.removeAll(where: \.messages.isEmpty)
    }

    /// What the source hears of it; what was put back into a store is no affair of the source.
    ///
    /// - Parameter released: origins that go back to the source.
    func settlement(released: [Int], _ arena: Arena) -> Settlement {
        Settlement(
            .accepted,
            exceptions: released.map { ($0, .released) } + refused.map { ($0.message.origin, .refused($0.error)) },
            results: results.isEmpty ? nil : Batch(arena: arena, messages: results))
    }

    /// Lets messages that are to be tried again wait in the queue of another system that they came from, where it can do
    /// that; returns how many.
    ///
    /// - Parameter divided: origins of messages that others have parts of.
    mutating func postpone(
        _ tickets: [TicketRun], except divided: Set<Int>, wait: (FailedMessage) -> Duration
    ) -> Int {
        guard !retries.isEmpty, let joint = JointTickets(tickets)?.without(divided) else { return 0 }
        let before = retries.count
        retries.removeAll { failure in
            guard let (ticket, index) = joint.ticket(of: failure.message.origin) else { return false }
            ticket.postpone(index, by: wait(failure), attempts: Int(failure.message.attempts))
            released.append(failure)
            return true
        }
        return before - retries.count
    }

    /// Lets messages for destinations that can't be reached wait there, so that the flow goes on.
    mutating func moveToOutboxes() {
        var waiting: [Int: [Message]] = [:]
        retries.removeAll { failure in
            guard failure.heldOff != nil, let destination = failure.destination else { return false }
            waiting[destination, default: []].append(failure.message)
            return true
        }
        for (destination, messages) in waiting.sorted(by: { $0.key < $1.key }) {
            outbox.append(StagedMessages(destination: destination, messages: messages))
        }
    }
}

extension FlowRunner {
    /// Waits between two tries to hand dead letters over: a matter of the sink, not of the flow's own backoff.
    private static let sinkBackoff = Backoff(initial: .seconds(1), maximum: .seconds(30), jitter: .ratio(0.5))

    /// Tells failures apart and hands dead letters over; what is dead is safe when this returns.
    ///
    /// - Parameters:
    ///   - isAnswered: whether the source answers failures itself.
    ///   - letter: makes the dead letter of a message.
    func judge(
        _ failures: [FailedMessage], isAnswered: Bool = false, letter: (FailedMessage) -> DeadLetter
    ) async -> Verdict {
        guard !failures.isEmpty else { return Verdict() }
        if Task.isCancelled {
            // What is cut off is no failure of the message.
            var verdict = Verdict()
            verdict.released = failures
            verdict.error = CancellationError()
            return verdict
        }
        var verdict =
            isAnswered
            ? Verdict(answering: failures, handling: flow.errorHandling)
            : Verdict(failures, handling: flow.errorHandling)
        await bury(&verdict, letter: letter)
        return verdict
    }

    /// Hands a verdict's dead letters over, again and again until all are accepted: while it waits nothing is
    /// acknowledged. Those that can't be handed over before the flow ends are released.
    func bury(_ verdict: inout Verdict, letter: (FailedMessage) -> DeadLetter) async {
        guard !verdict.dead.isEmpty else { return }
        failPoint("dead-letter-write")
        verdict.dead.sort { $0.message.origin < $1.message.origin }
        switch flow.errorHandling.exhausted {
        case .deadLetter: break
        case .drop:
            context.logger.warning(
                "messages failed for good and are dropped", metadata: ["count": "\(verdict.dead.count)"])
            return statistics.died(verdict.dead.map(letter))
        case .stop:
            let first = letter(verdict.dead[0])
            verdict.released += verdict.dead
            verdict.dead = []
            verdict.error = IntegrationError(
                .stoppedByFailure, "message \(first.id) failed", path: first.error.path, component: first.step,
                causes: [first.error.message])
            return
        }
        if journal?.deadLetters != nil {
            verdict.letters += verdict.dead.map(letter)
            return
        }
        var waiting = Array(verdict.dead.indices)
        var letters = verdict.dead.map(letter)
        var tries = 0
        do {
            while let refusal = await offer(&letters, &waiting) {
                tries += 1
                context.logger.error(
                    "dead letters are not accepted; the flow holds back",
                    metadata: ["error": "\(refusal.message)", "code": "\(refusal.code)", "tries": "\(tries)"])
                var random = context.random
                let wait = Self.sinkBackoff.wait(after: tries, retryAfter: refusal.retryAfter, using: &random)
                guard try await pause(for: wait) else { break }
            }
        } catch {
            verdict.error = error
        }
        failPoint("dead-letter-confirm")
        let unburied = Set(waiting)
        verdict.released += unburied.sorted().map { verdict.dead[$0] }
        verdict.dead = verdict.dead.indices.filter { !unburied.contains($0) }.map { verdict.dead[$0] }
    }

    /// Offers letters to the sink and keeps those that it refuses; returns why, or nil when all are safe.
    private func offer(_ letters: inout [DeadLetter], _ indices: inout [Int]) async -> IntegrationError? {
        do throws(IntegrationError) {
            let report = try await deadLetters.accept(letters)
            let refused = Set(report.refused.map(\.index))
            statistics.died(letters.indices.filter { !refused.contains($0) }.map { letters[$0] })
            indices = indices.indices.filter { refused.contains($0) }.map { indices[$0] }
            letters = letters.indices.filter { refused.contains($0) }.map { letters[$0] }
            return letters.isEmpty ? nil : report.refused.first?.error
        } catch {
            return error
        }
    }
}
