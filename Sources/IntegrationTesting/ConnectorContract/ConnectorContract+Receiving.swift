internal import IntegrationCore
internal import IntegrationDocument

extension ConnectorContract {
    static let receiving: [Check] = [
        Check("a source hands over what it is fed, byte for byte, each message once", needs: .source) {
            home, context in
            let bodies = (0..<50).map { "{\"n\":\($0),\"text\":\"Ω\"}" }
            let received = try await home.source(.sound).withReceiver(in: context) { receiver in
                try await home.feed(bodies.map { ContractMessage($0) })
                return try await receiver.take(bodies.count, in: context) { _ in .accepted }
            }
            try require(received.map(\.body).sorted(), is: bodies.sorted(), "each comes once")
            try require(Set(received.map(\.id)).count, is: bodies.count, "each has an id of its own")
        },
        Check("headers come with the message", needs: [.source, .headers]) { home, context in
            let received = try await home.source(.sound).withReceiver(in: context) { receiver in
                try await home.feed([ContractMessage("{\"n\":1}", headers: ["x-tenant": "blue"])])
                return try await receiver.take(1, in: context) { _ in .accepted }
            }
            try require(received.first?.headers["x-tenant"], is: "blue", "the header is in the metadata")
        },
        Check("a trace comes with the message, and one that breaks the rules does not", needs: [.source, .trace]) {
            home, context in
            let sound = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let received = try await home.source(.sound).withReceiver(in: context) { receiver in
                try await home.feed([
                    ContractMessage("{\"n\":1}", headers: ["traceparent": sound, "tracestate": "a=1"])
                ])
                let first = try await receiver.take(1, in: context) { _ in .accepted }
                try await home.feed([ContractMessage("{\"n\":2}", headers: ["traceparent": "00-0-0-0"])])
                return try await first + receiver.take(1, in: context) { _ in .accepted }
            }
            try require(received.map(\.trace), is: [sound, nil], "only the sound one is taken over")
            try require(received.first?.state, is: "a=1", "with what vendors pass along")
        },
        Check("what was accepted does not come again", needs: [.source, .redelivery]) { home, context in
            let source = try await home.source(.sound)
            try await home.feed([ContractMessage("{\"n\":1}")])
            _ = try await source.withReceiver(in: context) { try await $0.take(1, in: context) { _ in .accepted } }
            try await home.feed([ContractMessage("{\"n\":2}")])
            let later = try await source.withReceiver(in: context) { receiver in
                try await receiver.take(1, in: context) { _ in .accepted }
            }
            try require(later.map(\.body), is: ["{\"n\":2}"], "only the new one comes")
        },
        Check("what was released comes again under the same id", needs: [.source, .redelivery]) { home, context in
            let source = try await home.source(.sound)
            try await home.feed([ContractMessage("{\"n\":1}")])
            let first = try await source.withReceiver(in: context) { receiver in
                try await receiver.take(1, in: context) { _ in .released }
            }
            let second = try await source.withReceiver(in: context) { receiver in
                try await receiver.take(1, in: context) { _ in .accepted }
            }
            try require(second.map(\.body), is: ["{\"n\":1}"], "it comes again")
            try require(second.map(\.id), is: first.map(\.id), "under the same id")
        },
        Check("a delivery that is dropped unsettled, as by a crash, comes again", needs: [.source, .redelivery]) {
            home, context in
            let source = try await home.source(.sound)
            try await home.feed([ContractMessage("{\"n\":1}"), ContractMessage("{\"n\":2}")])
            _ = try await source.withReceiver(in: context) { receiver in
                try await receiver.take(1, in: context) { _ in nil }
            }
            let again = try await source.withReceiver(in: context) { receiver in
                try await receiver.take(2, in: context) { _ in .accepted }
            }
            try require(again.map(\.body).sorted(), is: ["{\"n\":1}", "{\"n\":2}"], "nothing is lost")
        },
        Check("whoever feeds is answered as the message was settled", needs: [.source, .answers]) { home, context in
            let refusal = IntegrationError(.messageNotJSON, "no")
            try await home.source(.sound).withReceiver(in: context) { receiver in
                for number in 0..<3 {
                    try await home.feed([ContractMessage("{\"n\":\(number)}")])
                    _ = try await receiver.take(1, in: context) { _ in
                        [.accepted, .refused(refusal), .released][number]
                    }
                }
                try await inTime("everybody is answered") {
                    while try await home.answers().contains(.none) {
                        try await context.clock.sleep(for: .milliseconds(20))
                    }
                }
            }
            try require(try await home.answers(), is: [.accepted, .refused, .retry], "each as it was settled")
        },
        Check("nobody is answered before the message is settled", needs: [.source, .answers]) { home, context in
            try await home.source(.sound).withReceiver(in: context) { receiver in
                try await home.feed([ContractMessage("{\"n\":1}")])
                guard let delivery = try await receiver.receive() else {
                    throw ContractViolation("the message comes: the source is at its end")
                }
                try await context.clock.sleep(for: .milliseconds(300))
                try require(try await home.answers(), is: [.none], "there is no answer yet")
                delivery.settle(.accepted)
            }
        },
        Check("a source that waits ends at once when it is told to stop", needs: .source) { home, _ in
            let shutdown = ShutdownSignal()
            let context = FlowContext.ofContract(shutdown: shutdown)
            try await home.source(.sound).withReceiver(in: context) { receiver in
                try await inTime("the source ends") {
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        group.addTask { try await receiver.receive() == nil }
                        try await context.clock.sleep(for: .milliseconds(100))
                        shutdown.signal()
                        try require(try await group.next() == true, "there is nothing more")
                    }
                }
            }
        },
        Check("a source that waits ends at once when it is cancelled", needs: .source) { home, context in
            let source = try await home.source(.sound)
            try await inTime("the source closes") {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        do {
                            try await source.withReceiver(in: context) { receiver in _ = try await receiver.receive() }
                        } catch {
                            // Cancelled: what it says about that does not matter.
                        }
                    }
                    do {
                        try await context.clock.sleep(for: .milliseconds(100))
                    } catch {
                        // The check itself is being given up.
                    }
                    group.cancelAll()
                }
            }
            // It can be opened again afterwards.
            try await source.withReceiver(in: context) { _ in }
        },
        Check("a source comes back after its connections were cut", needs: [.source, .connections, .redelivery]) {
            home, context in
            try await home.source(.sound).withReceiver(in: context) { receiver in
                try await home.feed([ContractMessage("{\"n\":1}")])
                _ = try await receiver.take(1, in: context) { _ in .accepted }
                try await home.cutConnections()
                try await home.feed([ContractMessage("{\"n\":2}")])
                var bodies: Set<String> = []
                while !bodies.contains("{\"n\":2}") {
                    bodies.formUnion(try await receiver.take(1, in: context) { _ in .accepted }.map(\.body))
                }
            }
        },
        Check("a second one on the same exclusive thing is refused, and says so", needs: [.source, .exclusive]) {
            home, context in
            let first = try await home.source(.sound)
            let second = try await home.source(.sound)
            try await first.withReceiver(in: context) { _ in
                do {
                    try await second.withReceiver(in: context) { _ in }
                } catch let error as IntegrationError {
                    return try require(!error.message.isEmpty, "the error says what is taken")
                }
                throw ContractViolation("a second one is refused: it was opened")
            }
        },
    ]
}

/// A message that a source handed over.
struct HandedOver: Sendable {
    var id: MessageID
    var body: String
    var headers: [String: String]
    var trace: String?
    var state: String?

    init(_ message: Message, _ arena: Arena) {
        id = message.id
        body = String(decoding: arena.bytes(message.original), as: UTF8.self)
        headers = [:]
        guard let metadata = message.metadata.map({ arena.view($0) }) else { return }
        if let known = metadata["headers"] {
            for member in known.members { headers[member.key.string ?? ""] = member.value.string }
        }
        trace = metadata["traceparent"]?.string
        state = metadata["tracestate"]?.string
    }
}

extension Receiver {
    /// Takes deliveries until so many messages have come.
    ///
    /// - Parameter outcome: how each delivery is settled; nil drops it unsettled.
    func take(
        _ count: Int, in context: FlowContext,
        _ outcome: @escaping @Sendable (Int) -> Settlement.Outcome?
    ) async throws -> [HandedOver] {
        try await inTime("\(count) messages come") {
            var all: [HandedOver] = []
            while all.count < count {
                guard var delivery = try await self.receive() else {
                    throw ContractViolation("\(count) messages come: the source ended after \(all.count)")
                }
                let batch = delivery.takeBatch()
                all += batch.messages.map { HandedOver($0, batch.arena) }
                if let outcome = outcome(all.count) { delivery.settle(Settlement(outcome)) }
            }
            return all
        }
    }
}
