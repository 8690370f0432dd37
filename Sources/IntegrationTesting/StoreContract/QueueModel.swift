internal import IntegrationCore
internal import IntegrationStore

/// What a queue must hold after any sequence of doings, worked out beside it.
struct QueueModel {
    private static let queue: QueueName = "model"
    private var nextText = 0
    /// Everything that was put in and not acknowledged.
    private var living: Set<String> = []
    private var claims: [(claim: Claim, left: [ClaimedMessage], deadline: Duration)] = []

    /// Does one thing by chance and checks what comes of it.
    mutating func step(_ store: any Store, _ clock: ManualClock, _ random: inout RandomSource) async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: try await put(store, clock, &random)
        case 3...5: try await claim(store, clock, count: Int.random(in: 1...8, using: &random))
        case 6...8: try await settle(store, clock, &random)
        default: clock.advance(by: .milliseconds(Int64.random(in: 0...8000, using: &random)))
        }
    }

    private mutating func put(_ store: any Store, _ clock: ManualClock, _ random: inout RandomSource) async throws {
        let texts = (0..<Int.random(in: 1...6, using: &random)).map { "\(nextText + $0)" }
        nextText += texts.count
        let isDelayed = Int.random(in: 0..<4, using: &random) == 0
        let due = isDelayed ? clock.wallTime + .milliseconds(Int64.random(in: 1...9000, using: &random)) : nil
        try await store.put(texts, in: Self.queue, due: due)
        living.formUnion(texts)
    }

    private mutating func claim(_ store: any Store, _ clock: ManualClock, count: Int) async throws {
        guard let claim = try await store.claim(from: Self.queue, count: count, bytes: 1 << 20, for: .seconds(10))
        else { return }
        claims.removeAll { $0.deadline <= clock.now }
        let held = Set(claims.flatMap { entry in entry.left.map { text(of: $0, in: entry.claim) } })
        for text in claim.texts {
            try require(living.contains(text), "message \(text) was handed out after it was acknowledged")
            try require(!held.contains(text), "message \(text) is held by two")
        }
        try require(Set(claim.texts).count, is: claim.texts.count, "a claim holds each message once")
        let isSuspect = claim.messages.contains { $0.suspectCount > 0 }
        try require(!isSuspect || claim.messages.count == 1, "a suspect comes alone")
        let isOut = claims.contains { $0.left.contains { $0.suspectCount > 0 } }
        try require(!isSuspect || !isOut, "one suspect at a time")
        claims.append((claim, claim.messages, clock.now + .seconds(10)))
    }

    private mutating func settle(_ store: any Store, _ clock: ManualClock, _ random: inout RandomSource) async throws {
        guard let index = claims.indices.randomElement(using: &random) else { return }
        let entry = claims[index]
        let split = Int.random(in: 0...entry.left.count, using: &random)
        let (done, back) = (entry.left.prefix(split), entry.left.dropFirst(split).prefix(2))
        var change = StoreChange()
        if !done.isEmpty {
            change.acknowledge = [
                Acknowledgement(lease: entry.claim.lease, sequences: done.map(\.sequence).shuffled(using: &random))
            ]
        }
        let isDelayed = Bool.random(using: &random)
        change.putBack = back.map {
            PutBack(
                lease: entry.claim.lease, sequence: $0.sequence, due: isDelayed ? clock.wallTime + .seconds(3) : nil,
                attempts: isDelayed ? $0.attempts + 1 : nil)
        }
        guard !change.isEmpty else { return }
        if entry.deadline <= clock.now {
            try await store.mustRefuse(change, .leaseLost, "an expired lease settles nothing")
            claims.remove(at: index)
            return
        }
        try await store.commit(change)
        for message in done { living.remove(text(of: message, in: entry.claim)) }
        claims[index].left.removeFirst(done.count + back.count)
        if claims[index].left.isEmpty { claims.remove(at: index) }
    }

    /// The process that held them is dead.
    mutating func forgetClaims() { claims = [] }

    /// Lets every lease end and every delay pass, and takes out all that is left.
    mutating func drain(_ store: any Store, _ clock: ManualClock) async throws {
        clock.advance(by: .seconds(60))
        while let claim = try await store.take(from: Self.queue) {
            for text in claim.texts {
                try require(living.remove(text) != nil, "message \(text) was handed out after it was acknowledged")
            }
            try await store.acknowledge(claim)
        }
        try require(living.isEmpty, "messages were lost: \(living.sorted().prefix(9))")
        let summary = try await store.summary(of: Self.queue)
        try require(
            [summary.messages, summary.bytes, summary.leased, summary.delayed], is: [0, 0, 0, 0],
            "the counters are those of an empty queue")
    }

    private func text(of message: ClaimedMessage, in claim: Claim) -> String {
        String(decoding: claim.block[message.body], as: UTF8.self)
    }
}
