import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@Suite("The PostgreSQL queue table", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct QueueTableTests {
    private let schema: PostgresSchema

    init() throws { schema = try PostgresSchema(.shared()) }

    private func source(_ more: [(String, ConfigurationNode)] = []) throws -> any Source {
        try schema.source([("queue", "jobs"), ("poll_interval", "20ms")] + more)
    }

    /// Opens the source once, so that its table is there, and puts rows in.
    private func feed(_ count: Int, from first: Int = 0) async throws {
        if try schema.sql("select to_regclass('jobs')").first != "jobs" {
            let ending = FlowContext.quiet()
            ending.ending.signal()
            try await source().withReceiver(in: ending) { _ = try await $0.receive() }
        }
        try schema.sql(
            "insert into jobs (body) select '{\"n\":' || n || '}' from generate_series(\(first), \(first + count - 1)) n"
        )
    }

    @Test("Rows come in order, a batch at a time, and are gone when they are accepted")
    func order() async throws {
        try await feed(250)
        try await source().withReceiver(in: .quiet()) { receiver in
            for expected in [0..<100, 100..<200, 200..<250] {
                var delivery = try await receiver.next()
                let texts = Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text)
                #expect(texts == expected.map { "{\"n\":\($0)}" })
                delivery.settle(.accepted)
            }
        }
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    @Test("What is due later is not handed over, and of a delivery each is settled as it is said")
    func settling() async throws {
        try await feed(4)
        try schema.sql("update jobs set due = now() + interval '1 hour' where body = '{\"n\":3}'")
        try await source().withReceiver(in: .quiet()) { receiver in
            var delivery = try await receiver.next()
            #expect(delivery.takeBatch().messages.count == 3)
            delivery.settle(Settlement(.accepted, exceptions: [(1, .released)]))
            var again = try await receiver.next()
            let received = Received.all(of: again.takeBatch(), delivery: 0)
            #expect(received.map(\.text) == ["{\"n\":1}"])
            again.settle(.accepted)
        }
        #expect(try schema.sql("select body, receives from jobs") == ["{\"n\":3}|0"])
    }

    @Test("Whoever lost his lease can't settle, and the one who has it now can")
    func lostLease() async throws {
        try await feed(2)
        try await source().withReceiver(in: .quiet()) { receiver in
            var slow = try await receiver.next()
            let ids = slow.takeBatch().messages.map(\.id)
            try schema.sql("update jobs set due = clock_timestamp()")
            var other = try await receiver.next()
            let batch = other.takeBatch()
            #expect(batch.messages.count == 1, "what was not settled comes alone")
            #expect(batch.messages[0].id == ids[0] && batch.messages[0].receiveCount == 2)
            slow.settle(.accepted)
            while try schema.sql("select count(*) from jobs where suspects = 0").first != "0" { await Task.yield() }
            #expect(try schema.sql("select count(*) from jobs where suspects = 1") == ["1"], "it is still there")
            other.settle(.accepted)
        }
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    @Test(
        "A row that was handed over alone three times and never settled is poison, and its neighbours are not held up")
    func poison() async throws {
        try await feed(3)
        try schema.sql("update jobs set suspects = 3 where body = '{\"n\":1}'")
        try await source().withReceiver(in: .quiet()) { receiver in
            var poison = try await receiver.next()
            let received = Received.all(of: poison.takeBatch(), delivery: 0)
            #expect(received.map(\.failure) == [.poisonMessage])
            #expect(received.map(\.text) == ["{\"n\":1}"])
            poison.settle(.accepted)
            var others = try await receiver.next()
            #expect(others.takeBatch().messages.count == 2)
            others.settle(.accepted)
        }
    }

    @Test("A lease is extended while work goes on")
    func extending() async throws {
        try await feed(1)
        try await source([("visibility_timeout", "900ms")]).withReceiver(in: .quiet()) { receiver in
            var delivery = try await receiver.next()
            _ = delivery.takeBatch()
            let due = try schema.sql("select due from jobs")
            while try schema.sql("select due from jobs") == due { await Task.yield() }
            #expect(try schema.sql("select receives, suspects from jobs") == ["1|0"])
            delivery.settle(.accepted)
        }
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    @Test("A notification wakes it long before it would look again")
    func wakeup() async throws {
        try await feed(0)
        let source = try source([("listen", "news"), ("poll_interval", "1h")])
        try await source.withReceiver(in: .quiet()) { receiver in
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var delivery = try await receiver.next()
                    let count = delivery.takeBatch().messages.count
                    delivery.settle(.accepted)
                    return count
                }
                while try schema.server.sql(
                    "select count(*) from pg_stat_activity where query = 'listen \"news\"'"
                ).first == "0" { await Task.yield() }
                try schema.sql("insert into jobs (body) values ('{}'); notify news")
                let count = try await group.next()
                #expect(count == 1)
            }
        }
    }

    @Test("Several who compete get each row once")
    func competition() async throws {
        try await feed(400)
        let source = try source([("batch_size", 10)])
        let all = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let context = FlowContext.quiet()
                    context.ending.signal()
                    return try await source.withReceiver(in: context) { receiver in
                        var texts: [String] = []
                        while var delivery = try await receiver.receive() {
                            texts += Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text)
                            delivery.settle(.accepted)
                        }
                        return texts
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(all.count == 400 && Set(all).count == 400)
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    // MARK: Large tables and large rows

    @Test("Suspects are found without a look at all that waits, in a table that somebody made by hand")
    func suspectIndex() async throws {
        try schema.sql(
            """
            create table jobs (
                id bigint generated always as identity primary key, body text not null, headers jsonb,
                due timestamptz not null default clock_timestamp(), lease uuid, receives integer not null default 0,
                suspects integer not null default 0, attempts integer not null default 0);
            insert into jobs (body, due) select '{}', now() - interval '1 hour' from generate_series(1, 50000);
            insert into jobs (body, suspects) values ('"suspect"', 1);
            analyze jobs
            """)
        try await source().withReceiver(in: .quiet()) { receiver in
            var delivery = try await receiver.next()
            #expect(Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text) == ["\"suspect\""])
            let claim = try schema.server.sql(
                """
                select translate(query, E'\\n', ' ') from pg_stat_activity
                where query like '%\"jobs\"%suspects > 0%skip locked%' and pid <> pg_backend_pid()
                """)
            let plan = try schema.sql(
                """
                begin; set plan_cache_mode = force_generic_plan; prepare claim as \(try #require(claim.first));
                explain (analyze, costs off, timing off, summary off)
                    execute claim ('00000000-0000-0000-0000-000000000000', '60', '1'); rollback
                """
            ).joined(separator: "\n")
            #expect(plan.contains("jobs_suspect") && !plan.contains("Seq Scan"), "\(plan)")
            #expect(!plan.contains("Rows Removed"), "\(plan)")
            delivery.settle(.accepted)
        }
        #expect(
            try schema.sql("select indexname from pg_indexes where tablename = 'jobs' order by 1") == [
                "jobs_due", "jobs_pkey", "jobs_suspect",
            ])
    }

    @Test("Indexes of another name serve as well, and whoever may not make one reads all the same, and says so")
    func indexes() async throws {
        try await source().withTable()
        try schema.sql(
            "alter index jobs_due rename to mine; drop index jobs_suspect; insert into jobs (body) values ('{}')")
        let role = try TestRole(schema)
        try role.grant("select, insert, update, delete on jobs")
        let recorder = LogRecorder()
        let source = try role.makers().source(["connector": "db", "queue": "jobs", "poll_interval": "20ms"])
        try await source.withReceiver(in: recorder.context()) { receiver in
            var delivery = try await receiver.next()
            #expect(delivery.takeBatch().messages.count == 1)
            delivery.settle(.accepted)
        }
        #expect(recorder.text.contains("a table lacks an index"))
        #expect(recorder.text.contains(#"create index if not exists "jobs_suspect" on "jobs" (due, id)"#))
        #expect(!recorder.text.contains("jobs_due"))
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    @Test("A name with a semicolon in it is a name")
    func semicolon() async throws {
        let node: [(String, ConfigurationNode)] = [("queue", "a;b"), ("poll_interval", "20ms")]
        try await schema.source(node).withTable()
        #expect(try schema.sql("select count(*) from \"a;b\"") == ["0"])
    }

    @Test("A delivery of large rows is no larger than a few MiB, and what it leaves is there at once")
    func bytes() async throws {
        try await feed(0)
        try schema.sql(
            "insert into jobs (body) select '\"' || repeat('x', 1000000) || '\"' from generate_series(1, 11)")
        try await source().withReceiver(in: .quiet()) { receiver in
            var counts: [Int] = []
            while counts.reduce(0, +) < 11 {
                var delivery = try await receiver.next()
                counts.append(delivery.takeBatch().messages.count)
                #expect(try schema.sql("select max(receives) from jobs") == ["1"])
                delivery.settle(.accepted)
            }
            #expect(counts == [5, 5, 1])
        }
    }
}
