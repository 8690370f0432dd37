import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@Suite("A queue table and its effects", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct JointTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(
            .shared(),
            """
            create table jobs (
                id bigint generated always as identity primary key, body text not null, headers jsonb,
                due timestamptz not null default clock_timestamp(), lease uuid, receives integer not null default 0,
                suspects integer not null default 0, attempts integer not null default 0);
            create table effects (n int check (n < 100))
            """)
    }

    /// Both ends through one connector, and a delivery of the rows with these numbers.
    private func withEnds(
        _ numbers: [Int], inbox: Bool = false, to target: ConfigurationNode? = nil,
        source more: [(String, ConfigurationNode)] = [],
        _ body: (any Receiver, any Sender) async throws -> Void
    ) async throws {
        for number in numbers { try schema.sql("insert into jobs (body) values ('{\"n\":\(number)}')") }
        let makers = try TestMakers(connector: schema.connector())
        let source = try makers.source(
            .mapping([("connector", "db"), ("queue", "jobs"), ("poll_interval", "20ms")] + more))
        let destination = try makers.destination(
            target ?? [
                "connector": "db", "statement": "insert into effects values ($1)", "args": ["n"],
                "inbox": inbox ? true : false,
            ])
        let context = FlowContext.quiet()
        try await destination.withSender(in: context) { sender in
            try await source.withReceiver(in: context) { try await body($0, sender) }
        }
    }

    private func jobs(_ what: String = "count(*)") throws -> [String] { try schema.sql("select \(what) from jobs") }
    private func effects() throws -> [String] { try schema.sql("select n from effects order by n") }

    @Test("Rows are gone with the COMMIT of their effects, before anybody settles them", arguments: [false, true])
    func together(inbox: Bool) async throws {
        try await withEnds([1, 2, 3], inbox: inbox) { receiver, sender in
            var delivery = try await receiver.next()
            var batch = delivery.takeBatch()
            batch.joint = JointTickets(delivery.tickets)
            #expect(try await sender.send(batch).refused.isEmpty)
            #expect(try effects() == ["1", "2", "3"])
            #expect(try jobs() == ["0"])
            delivery.settle(.accepted)
        }
        #expect(try effects() == ["1", "2", "3"])
    }

    @Test("Whoever lost his lease has no effect, and notes nothing in the inbox", arguments: [false, true])
    func lost(inbox: Bool) async throws {
        try await withEnds([1, 2], inbox: inbox) { receiver, sender in
            var slow = try await receiver.next()
            var batch = slow.takeBatch()
            batch.joint = JointTickets(slow.tickets)
            // Somebody else has one of them.
            try schema.sql("update jobs set lease = gen_random_uuid() where id = 1")
            #expect(try await sender.send(batch).refused.isEmpty)
            #expect(try effects() == ["2"])
            #expect(try jobs("id") == ["1"])
            if inbox { #expect(try schema.sql("select count(*) from integration_inbox") == ["1"]) }
            slow.settle(.accepted)
        }
        #expect(try jobs("id") == ["1"], "others settle it")
    }

    @Test("A send whose answer was cut off and that comes again has no effect again")
    func again() async throws {
        try await withEnds([1, 2]) { receiver, sender in
            var delivery = try await receiver.next()
            var batch = delivery.takeBatch()
            batch.joint = JointTickets(delivery.tickets)
            for _ in 0..<2 { #expect(try await sender.send(batch).refused.isEmpty) }
            #expect(try effects() == ["1", "2"])
            delivery.settle(.accepted)
        }
    }

    @Test("A row that the database refuses stays in its queue until somebody settles it; its neighbours go")
    func refused() async throws {
        try await withEnds([1, 200, 3]) { receiver, sender in
            var delivery = try await receiver.next()
            var batch = delivery.takeBatch()
            batch.joint = JointTickets(delivery.tickets)
            let report = try await sender.send(batch)
            #expect(report.refused.map(\.index) == [1])
            #expect(try effects() == ["1", "3"])
            #expect(try jobs("body") == ["{\"n\":200}"])
            delivery.settle(.accepted)
        }
        #expect(try jobs() == ["0"])
    }

    @Test(
        "In bulk too: what is held goes with COPY, and a row that the database refuses stays", arguments: [false, true])
    func bulk(inbox: Bool) async throws {
        try schema.sql("create table bulk (n int check (n <> 30), via text default current_query())")
        let target: ConfigurationNode = [
            "connector": "db", "table": "bulk", "columns": ["n": "n"], "inbox": inbox ? true : false,
        ]
        let source: [(String, ConfigurationNode)] = [("batch_size", 200)]
        for refused in [1000, 30] {
            let numbers = Array(100..<199) + [refused]
            try schema.sql("insert into jobs (body) select json_build_object('n', n) from generate_series(100, 198) n")
            try await withEnds([refused], to: target, source: source) { receiver, sender in
                var delivery = try await receiver.next()
                var batch = delivery.takeBatch()
                #expect(batch.messages.count == numbers.count)
                batch.joint = JointTickets(delivery.tickets)
                let stray = try schema.sql("select max(id) - 1 from jobs")[0]
                try schema.sql("update jobs set lease = gen_random_uuid() where id = \(stray)")
                let report = try await sender.send(batch)
                #expect(report.refused.map(\.index) == (refused == 30 ? [99] : []))
                #expect(try schema.sql("select count(*) from bulk where n < 198") == ["98"])
                #expect(
                    try schema.sql("select count(*) from bulk where via like 'copy %'") == [refused == 30 ? "0" : "99"])
                let left = refused == 30 ? ["{\"n\" : 198}", "{\"n\":30}"] : ["{\"n\" : 198}"]
                #expect(try schema.sql("select body from jobs order by id") == left)
                delivery.settle(.accepted)
            }
            try schema.sql("truncate jobs, bulk")
        }
    }

    @Test("What others may have parts of stays until it is settled")
    func divided() async throws {
        try await withEnds([1, 2]) { receiver, sender in
            var delivery = try await receiver.next()
            var batch = delivery.takeBatch()
            batch.joint = JointTickets(delivery.tickets)?.without([0])
            #expect(try await sender.send(batch).refused.isEmpty)
            #expect(try effects() == ["1", "2"])
            #expect(try jobs("id") == ["1"])
            delivery.settle(.released)
        }
        #expect(try jobs("id, coalesce(lease::text, 'free')") == ["1|free"])
    }

    @Test("A message that is to be tried again waits in its table with its tries, and its time is not slept through")
    func postponed() async throws {
        try await withEnds([1, 2], source: [("poll_interval", "1h")]) { receiver, _ in
            var delivery = try await receiver.next()
            _ = delivery.takeBatch()
            let ticket = try #require(JointTickets(delivery.tickets)?.ticket(of: 1))
            ticket.ticket.postpone(ticket.index, by: .milliseconds(700), attempts: 2)
            delivery.settle(Settlement(.accepted, exceptions: [(1, .released)]))
            let clock = SystemClock()
            let before = clock.now
            var again = try await receiver.next()
            let batch = again.takeBatch()
            #expect(batch.messages.map(\.attempts) == [2])
            #expect(batch.messages.map(\.receiveCount) == [2])
            #expect(clock.now - before >= .milliseconds(600))
            again.settle(.accepted)
        }
        #expect(try jobs() == ["0"])
    }

    @Test("A lease that is found lost is told to whoever works under it, and nothing is settled")
    func told() async throws {
        try await withEnds([1], source: [("visibility_timeout", "600ms")]) { receiver, _ in
            var delivery = try await receiver.next()
            _ = delivery.takeBatch()
            let ticket = try #require(delivery.tickets.first?.ticket as? any LeasedTicket)
            try schema.sql("update jobs set lease = gen_random_uuid(), due = now() + interval '1 hour'")
            await ticket.lost.wait()
            delivery.settle(.accepted)
        }
        #expect(try jobs() == ["1"])
    }

    @Test("Suspects come one at a time, the next as soon as one is settled")
    func suspects() async throws {
        try await withEnds([1, 2, 3, 4, 5, 6]) { receiver, _ in
            try schema.sql("update jobs set suspects = 1")
            let clock = SystemClock()
            let before = clock.now
            for number in 1...6 {
                var delivery = try await receiver.next()
                #expect(delivery.takeBatch().messages.count == 1, "\(number)")
                #expect(try jobs("count(*) filter (where lease is not null)") == ["1"])
                delivery.settle(.accepted)
            }
            #expect(clock.now - before < .seconds(5))
        }
        #expect(try jobs() == ["0"])
    }
}
