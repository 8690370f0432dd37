internal import IntegrationCore
internal import IntegrationStore

/// What every home of a store promises, as checks that throw where it is broken.
///
/// Run each check against a fresh home:
///
/// ```swift
/// @Test(arguments: StoreContract.checks) func `keeps the contract`(_ check: StoreContract.Check) async throws {
///     try await check.run(home)
/// }
/// ```
public enum StoreContract {
    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// A sentence.
        public let description: String
        private let body: @Sendable (any StoreHome, ManualClock) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any StoreHome, ManualClock) async throws -> Void) {
            self.description = description
            self.body = body
        }

        /// - Parameter home: a fresh one.
        /// - Throws: `ContractViolation`, or what the store throws.
        public func run(_ home: any StoreHome) async throws { try await body(home, ManualClock()) }

        /// A check that opens the store once.
        static func open(
            _ description: String, _ body: @escaping @Sendable (any Store, ManualClock) async throws -> Void
        ) -> Check {
            Check(description) { home, clock in
                try await home.withStore(clock: clock) { store in try await body(store, clock) }
            }
        }
    }

    public static let checks: [Check] =
        claiming + leasing + waiting + limits + positions + state + deadLetters + replaying + events + retention
}

/// Short words for what the checks do.
extension Store {
    /// Puts messages of these texts into a queue; ids count up from `firstID`.
    func put(
        _ texts: [String], in queue: QueueName, firstID: UInt64 = 1, due: Duration? = nil,
        received: Duration = .seconds(1)
    ) async throws {
        var change = StoreChange()
        change.enqueue = [Enqueue(queue, texts, firstID: firstID, due: due, received: received)]
        try await commit(change)
    }

    func take(_ count: Int = 100, from queue: QueueName) async throws -> Claim? {
        try await claim(from: queue, count: count, bytes: 1 << 20, for: .seconds(30))
    }

    /// Claims, and finds something.
    func mustTake(_ count: Int = 100, from queue: QueueName) async throws -> Claim {
        guard let claim = try await take(count, from: queue) else {
            throw ContractViolation("nothing was handed out of queue \(queue)")
        }
        return claim
    }

    func acknowledge(_ claim: Claim) async throws {
        var change = StoreChange()
        change.acknowledge = [Acknowledgement(claim)]
        try await commit(change)
    }

    func summary(of queue: QueueName) async throws -> QueueSummary {
        guard let summary = try await queues().first(where: { $0.name == queue }) else {
            throw ContractViolation("queue \(queue) is not in the list")
        }
        return summary
    }

    /// Commits, and is refused.
    func mustRefuse(_ change: StoreChange, _ code: ErrorCode, _ promise: String) async throws {
        do {
            try await commit(change)
        } catch {
            return try require(error.code, is: code, promise)
        }
        throw ContractViolation("\(promise): the change was taken, \(code.id) was expected")
    }
}

extension Enqueue {
    init(
        _ queue: QueueName, _ texts: [String], firstID: UInt64 = 1, due: Duration? = nil,
        received: Duration = .seconds(1)
    ) {
        var block: [UInt8] = []
        var messages: [NewMessage] = []
        for (index, text) in texts.enumerated() {
            let start = block.count
            block += text.utf8
            messages.append(
                NewMessage(
                    id: MessageID(high: 7, low: firstID + UInt64(index)), body: start..<block.count, received: received,
                    due: due))
        }
        self.init(queue: queue, block: block, messages: messages)
    }
}

extension Acknowledgement {
    /// Of everything in a claim.
    init(_ claim: Claim) { self.init(lease: claim.lease, sequences: claim.messages.map(\.sequence)) }
}

extension Claim {
    var texts: [String] { messages.map { String(decoding: block[$0.body], as: UTF8.self) } }
}

extension QueuedMessage {
    var text: String { String(decoding: body, as: UTF8.self) }
}
