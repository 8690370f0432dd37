internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    private static let message = MessageID(high: 4, low: 2)

    private static func write(_ events: [EventRecord], _ store: any Store) async throws {
        var change = StoreChange()
        change.events = events
        try await store.commit(change)
    }

    static let events: [Check] = [
        .open("events are listed newest first, by page and by filter") { store, clock in
            var written: [EventRecord] = []
            for number in 0..<12 {
                var event = EventRecord(time: .seconds(number), kind: "settled", flow: "f")
                if number % 2 == 0 { event.kind = "retried" }
                if number % 3 == 0 { event.flow = "third" }
                if number < 4 { event.message = message }
                written.append(event)
            }
            written[0].step = "enrich"
            written[0].detail = Array("{}".utf8)
            try await write(written, store)
            func list(_ filter: EventFilter) async throws -> [Int64] {
                var (found, before): ([Int64], UInt64?) = ([], nil)
                while true {
                    let page = try await store.events(filter, before: before, limit: 5)
                    guard let last = page.last else { return found }
                    found += page.map { $0.event.time.components.seconds }
                    before = last.number
                }
            }
            let all = Array((0..<12).reversed()).map(Int64.init)
            try require(try await list(EventFilter()), is: all, "all, each once")
            try require(try await list(EventFilter(flow: "third")), is: all.filter { $0 % 3 == 0 }, "by flow")
            try require(try await list(EventFilter(message: message)), is: all.filter { $0 < 4 }, "by message")
            try require(try await list(EventFilter(kind: "retried")), is: all.filter { $0 % 2 == 0 }, "by kind")
            try require(try await list(EventFilter(since: .seconds(9))), is: [11, 10, 9], "since")
            let first = try await store.events(EventFilter(message: message), before: nil, limit: 9).last?.event
            try require(first?.step == "enrich" && first?.detail == Array("{}".utf8), "fields are kept")
        },
        .open("a message's journey is all that is known about it, in order") { store, clock in
            try await write(
                ["received", "retried"].map { EventRecord(time: .zero, kind: $0, flow: "f", message: message) }, store)
            var change = StoreChange()
            change.ledger = [LedgerEntry(flow: "f", id: message, destination: "d")]
            change.deadLetters = [letter(1) { $0.message = message }, letter(2)]
            change.events = [EventRecord(time: .zero, kind: "dead-lettered", flow: "f", message: message)]
            try await store.commit(change)
            let journey = try await store.journey(of: message)
            try require(
                journey.events.map(\.event.kind), is: ["received", "retried", "dead-lettered"], "events, oldest first")
            try require(journey.deadLetters.map(\.letter.message), is: [message], "its own dead letters")
            try require(journey.delivered, is: change.ledger, "what accepted it")
        },
    ]

    static let retention: [Check] = [
        .open("what is past its retention goes, oldest first, and what is held stays") { store, clock in
            let now = clock.wallTime
            try await store.declare("q", QueueSettings(retention: Retention(age: .seconds(60))))
            try await store.put(["held", "old", "new"], in: "q", received: now - .seconds(61))
            try await store.put(["newer"], in: "q", received: now - .seconds(60))
            try await store.put(["kept"], in: "unlimited", received: .zero)
            let claim = try await store.mustTake(1, from: "q")
            let report = try await store.prune(now: now)
            try require(report.messages, is: ["q": 2], "two are old and free")
            try require(try await store.mustTake(from: "q").texts, is: ["newer"], "the rest is there")
            try await store.acknowledge(claim)
            try require(try await store.mustTake(from: "unlimited").texts, is: ["kept"], "no limit, no end")
        },
        .open("a queue that is larger than its retention loses its oldest") { store, clock in
            try await store.declare("q", QueueSettings(retention: Retention(bytes: 25)))
            try await store.put((0..<9).map { _ in "0123456789" }, in: "q", received: clock.wallTime)
            try require(try await store.prune(now: clock.wallTime).messages, is: ["q": 7], "until it fits")
            try require(try await store.summary(of: "q").bytes, is: 20, "what fits is left")
        },
        .open("old dead letters, events, ledger entries and keys go") { store, clock in
            let now = clock.wallTime
            _ = try await record([letter(1), letter(2) { $0.failed = now }], store)
            try await write(
                [.zero, now].map { EventRecord(time: $0, kind: "k", flow: "f", message: message) }, store)
            var change = StoreChange()
            change.ledger = [LedgerEntry(flow: "f", id: message, destination: "d")]
            change.state = [
                StateChange(namespace: "n", key: [1], expected: .absent, value: [1], expires: now + .seconds(5)),
                StateChange(namespace: "n", key: [2], expected: .absent, value: [2]),
            ]
            try await store.commit(change)
            var expected = PruneReport()
            expected.deadLetters = 1
            expected.events = 1
            try require(try await store.prune(now: now), is: expected, "the old ones")
            expected = PruneReport()
            expected.deadLetters = 1
            expected.events = 1
            expected.ledger = 1
            expected.state = 1
            try require(try await store.prune(now: now + .seconds(100 * 86400)), is: expected, "later the others")
            try require(try await store.state("n", [2])?.value, is: [2], "a key without an end stays")
            try require(
                try await store.prune(now: now + .seconds(200 * 86400)), is: PruneReport(), "nothing is left to do")
        },
    ]
}
