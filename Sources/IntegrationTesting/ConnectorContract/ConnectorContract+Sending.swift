internal import IntegrationCore
internal import IntegrationDocument

extension ConnectorContract {
    static let sending: [Check] = [
        Check("a destination opens, closes and opens again", needs: .destination) { home, context in
            let destination = try await home.destination(.sound)
            for body in ["{\"n\":1}", "{\"n\":2}"] {
                try await destination.withSender(in: context) { sender in try await sender.accept([body]) }
            }
            try require(try await home.arrived().map(\.body), is: ["{\"n\":1}", "{\"n\":2}"], "what was sent arrives")
        },
        Check("what is accepted has arrived, byte for byte, before the destination closes", needs: .destination) {
            home, context in
            let bodies = ["{\"text\":\"\\u00fc\\n Ω 😀\",\"number\":3194.0}", "{}", "{\"big\":12345678901234567890123}"]
            try await home.destination(.sound).withSender(in: context) { sender in
                try await sender.accept(bodies)
                try require(
                    try await home.arrived().map(\.body).sorted(), is: bodies.sorted(), "what was accepted has arrived")
            }
        },
        Check("a batch of a thousand arrives, each message once", needs: .destination) { home, context in
            let bodies = (0..<1000).map { "{\"n\":\($0)}" }
            try await home.destination(.sound).withSender(in: context) { sender in try await sender.accept(bodies) }
            try require(try await home.arrived().map(\.body).sorted(), is: bodies.sorted(), "each arrives once")
        },
        Check("several send at once and nothing is mixed up", needs: .destination) { home, context in
            try await home.destination(.sound).withSender(in: context) { sender in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for lane in 0..<8 {
                        group.addTask { try await sender.accept((0..<20).map { "{\"n\":\(lane * 20 + $0)}" }) }
                    }
                    try await group.waitForAll()
                }
            }
            let expected = (0..<160).map { "{\"n\":\($0)}" }
            try require(try await home.arrived().map(\.body).sorted(), is: expected.sorted(), "each arrives once")
        },
        Check("an empty batch is accepted and sends nothing", needs: .destination) { home, context in
            try await home.destination(.sound).withSender(in: context) { sender in try await sender.accept([]) }
            try require(try await home.arrived(), is: [], "nothing arrives")
        },
        Check("a refused message is reported by its place, and its neighbours arrive", needs: [.destination, .refusal])
        {
            home, context in
            let bodies = ["{\"n\":1}", home.refusedBody, "{\"n\":2}"]
            let report = try await home.destination(.sound).withSender(in: context) { sender in
                try await sender.send(Batch(contract: bodies))
            }
            try require(report.refused.map(\.index), is: [1], "only the bad one is refused")
            try require(report.refused.first?.error.isRetryable == false, "a refusal is not tried again")
            try require(
                try await home.arrived().map(\.body).sorted(), is: ["{\"n\":1}", "{\"n\":2}"], "the others arrive")
        },
        Check("a message's trace goes on under a new span", needs: [.destination, .trace]) { home, context in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let metadata = "{\"traceparent\":\"00-\(trace)-00f067aa0ba902b7-01\",\"tracestate\":\"a=1,b=2\"}"
            try await home.destination(.sound).withSender(in: context) { sender in
                try await sender.accept(["{\"n\":1}", "{\"n\":2}"], metadata: metadata)
            }
            let sent = try await home.arrived().map { message in
                TraceContext(
                    parent: message.headers["traceparent"] ?? "",
                    state: message.headers["tracestate"].map { [$0] } ?? [])
            }
            try require(sent.count, is: 2, "both arrive")
            for context in sent {
                try require(context?.parent.contains(trace) == true, "the trace is kept")
                try require(context?.parentID != 0x00f0_67aa_0ba9_02b7, "the span is a new one")
                try require(context?.flags, is: 1, "whether it is sampled is kept")
                try require(context?.state, is: "a=1,b=2", "what vendors pass along is kept")
            }
            try require(Set(sent.compactMap { $0?.parentID }).count, is: 2, "each message has a span of its own")
        },
        Check("a message without a trace gets the one that its id names", needs: [.destination, .trace]) {
            home, context in
            let batch = try Batch(contract: ["{\"n\":1}"])
            try await home.destination(.sound).withSender(in: context) { sender in
                for _ in 0..<2 { try require(try await sender.send(batch).refused.isEmpty, "it is accepted") }
            }
            let expected = batch.messages[0].traceContext(in: batch.arena, random: 1).traceID
            for message in try await home.arrived() {
                let sent = TraceContext(parent: message.headers["traceparent"] ?? "")
                try require(sent?.traceID.high, is: expected.high, "the trace is that of the message, at every try")
                try require(sent?.traceID.low, is: expected.low, "the trace is that of the message, at every try")
            }
        },
        Check("a destination comes back after its connections were cut", needs: [.destination, .connections]) {
            home, context in
            try await home.destination(.sound).withSender(in: context) { sender in
                try await sender.accept(["{\"n\":1}"])
                try await home.cutConnections()
                let batch = try Batch(contract: ["{\"n\":2}"])
                try await inTime("after a cut messages arrive again") {
                    while true {
                        do throws(IntegrationError) {
                            let report = try await sender.send(batch)
                            guard let refused = report.refused.first else { return }
                            throw refused.error
                        } catch {
                            try require(error.isRetryable, "a cut is an error that may pass, not \(error.code)")
                        }
                        try await context.clock.sleep(for: .milliseconds(50))
                    }
                }
            }
            try require(
                Set(try await home.arrived().map(\.body)), is: ["{\"n\":1}", "{\"n\":2}"], "both have arrived")
        },
    ]
}

extension Sender {
    /// Sends messages that must all be accepted.
    func accept(_ bodies: [String], metadata: String? = nil) async throws {
        let report = try await send(try Batch(contract: bodies, metadata: metadata))
        if let refused = report.refused.first {
            throw ContractViolation("message \(refused.index) is accepted: it was refused with \(refused.error)")
        }
    }
}

extension Batch {
    /// Messages with these bodies and one metadata.
    init(contract bodies: [String], metadata: String? = nil) throws {
        let arena = Arena()
        func slice(_ text: String) -> Slice { Array(text.utf8).withUnsafeBufferPointer { arena.appendScratch($0) } }
        let known = try metadata.map { try arena.parse(slice($0), policy: .strict) }
        let messages = bodies.enumerated().map { index, body in
            Message(
                id: MessageID(high: 0x0192_0000_0000_0000, low: UInt64(index + 1)), origin: index, body: slice(body),
                metadata: known)
        }
        self.init(arena: arena, messages: messages)
    }
}
