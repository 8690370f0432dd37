import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Synchronization
import Testing

/// Positions as a store keeps them.
private final class Positions: StreamPositions {
    let settled = Mutex<[Range<UInt64>]>([])

    func completed(_ stream: String) async throws(IntegrationError) -> [Range<UInt64>]? {
        settled.withLock { $0.isEmpty ? nil : $0 }
    }

    func begin(_ stream: String) async throws(IntegrationError) {}

    /// Settles records that follow the settled ones.
    func settle(_ records: [Range<UInt64>]) {
        settled.withLock { settled in
            for record in records {
                let end = settled.last?.upperBound ?? 0
                if record.lowerBound <= end { settled = [0..<max(end, record.upperBound)] }
            }
        }
    }
}

@Suite("The PostgreSQL query source", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct PollTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(.shared(), "create table events (id bigint, at timestamptz, day date, body text)")
    }

    private func source(_ query: String, _ position: String, batch: Int = 100) throws -> any Source {
        try schema.source([
            ("query", .string(query)), ("position", .string(position)), ("poll_interval", "20ms"),
            ("batch_size", ConfigurationNode(integerLiteral: batch)),
        ])
    }

    /// Takes all that is there now, in deliveries, and settles it.
    private func drain(
        _ source: any Source, _ positions: Positions? = nil, limit: Int = .max
    ) async throws -> [[String]] {
        let quiet = FlowContext.quiet()
        let context = positions.map { quiet.with(positions: $0) } ?? quiet
        context.ending.signal()
        return try await source.withReceiver(in: context) { receiver in
            var all: [[String]] = []
            while all.count < limit, var delivery = try await receiver.receive() {
                all.append(Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text))
                for run in delivery.tickets {
                    if let ticket = run.ticket as? PositionTicket { positions?.settle(ticket.records) }
                }
                delivery.settle(.accepted)
            }
            return all
        }
    }

    @Test("Rows come as JSON in the order of their positions, new ones behind old ones, with or without `$1`")
    func order() async throws {
        try schema.sql("insert into events (id, body) select n, 'b' || n from generate_series(-2, 2) n")
        for query in ["select id, body from events where id > $1;", "select id, body from events"] {
            #expect(
                try await drain(try source(query, "id", batch: 2)) == [
                    [#"{"id":-2,"body":"b-2"}"#, #"{"id":-1,"body":"b-1"}"#],
                    [#"{"id":0,"body":"b0"}"#, #"{"id":1,"body":"b1"}"#], [#"{"id":2,"body":"b2"}"#],
                ])
        }
    }

    @Test("Rows that share a position come together, however large a batch may be")
    func ties() async throws {
        try schema.sql(
            "insert into events (id, at) select n, timestamptz '2026-03-01' + (n / 5) * interval '1 second' "
                + "from generate_series(0, 19) n")
        let deliveries = try await drain(try source("select id, at from events", "at", batch: 7))
        #expect(deliveries.map(\.count) == [10, 10])
        #expect(Set(deliveries.flatMap(\.self)).count == 20)
    }

    @Test(
        "After a restart it goes on behind what was settled, whatever the position's type",
        arguments: ["id", "at", "day"])
    func restart(_ position: String) async throws {
        try schema.sql(
            """
            insert into events (id, at, day) select n, timestamptz '1969-12-31 23:59:58.5' + n * interval '1.000001 second',
                date '1969-12-29' + n from generate_series(1, 10) n
            """)
        let positions = Positions()
        let source = try source("select id, at, day from events", position, batch: 3)
        #expect(try await drain(source, positions, limit: 2).map(\.count) == [3, 3])
        #expect(try await drain(source, positions).map(\.count) == [3, 1])
        #expect(try await drain(source, positions) == [])
        try schema.sql("insert into events values (11, '2026-01-01', '2026-01-01')")
        #expect(try await drain(source, positions).map(\.count) == [1])
    }

    @Test("What was released comes again under the same id, before what is new")
    func release() async throws {
        try schema.sql("insert into events (id) select n from generate_series(1, 3) n")
        let source = try source("select id from events", "id", batch: 2)
        try await source.withReceiver(in: .quiet()) { receiver in
            var first = try await receiver.next()
            let ids = first.takeBatch().messages.map(\.id)
            first.settle(Settlement(.accepted, exceptions: [(1, .released)]))
            var second = try await receiver.next()
            let again = Received.all(of: second.takeBatch(), delivery: 0)
            #expect(again.map(\.id) == [ids[1]] && again.map(\.text) == [#"{"id":2}"#])
            second.settle(.accepted)
            var third = try await receiver.next()
            #expect(Received.all(of: third.takeBatch(), delivery: 0).map(\.text) == [#"{"id":3}"#])
            third.settle(.accepted)
        }
    }

    @Test("Records that share a position have the same place, so that they are settled together")
    func sharedPlaces() async throws {
        try schema.sql("insert into events (id) values (1), (5), (5), (9)")
        let context = FlowContext.quiet().with(positions: Positions())
        try await source("select id from events", "id").withReceiver(in: context) { receiver in
            let delivery = try await receiver.next()
            let records = (delivery.tickets.first?.ticket as? PositionTicket)?.records ?? []
            #expect(records.count == 4 && records[1] == records[2])
            #expect(records[0].upperBound == records[1].lowerBound && records[2].upperBound == records[3].lowerBound)
            delivery.settle(.accepted)
        }
    }

    @Test("A query whose position is missing or of another type is refused with the reason")
    func wrongPositions() async throws {
        for (query, position, words) in [
            ("select id from events", "at", "the query gives no column `at`"),
            ("select body from events", "body", "is neither an integer nor a time"),
            ("select id from nowhere", "id", "relation \"nowhere\" does not exist"),
            ("select id from events where id > $1 and id < $2", "id", "the query has 2 parameters"),
        ] {
            let recorder = LogRecorder()
            let shutdown = ShutdownSignal()
            let context = recorder.context(shutdown)
            try await source(query, position).withReceiver(in: context) { receiver in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        if let delivery = try await receiver.receive() {
                            delivery.settle(.accepted)
                            return false
                        }
                        return true
                    }
                    while !recorder.text.contains(words), !recorder.text.contains("IE") { await Task.yield() }
                    #expect(recorder.text.contains(words), "\(recorder.text)")
                    shutdown.signal()
                    let isEnded = try await group.next()
                    #expect(isEnded == true)
                }
            }
        }
    }

    @Test("Rows without a position never come, and those beside them come once")
    func noPosition() async throws {
        try schema.sql("insert into events (id) values (1), (null), (2), (null)")
        for query in ["select id from events where id > $1 or id is null", "select id from events"] {
            #expect(try await drain(try source(query, "id", batch: 3)) == [[#"{"id":1}"#, #"{"id":2}"#]])
        }
    }

    @Test(
        "A delivery of large rows is no larger than a few MiB, with all that share a position, and nothing is left out")
    func bytes() async throws {
        try schema.sql(
            "insert into events (id, body) select n / 2, repeat('x', 1000000) from generate_series(0, 13) n")
        let deliveries = try await drain(try source("select id, body from events", "id"))
        #expect(deliveries.map(\.count) == [6, 6, 2])
        #expect(deliveries.flatMap(\.self).allSatisfy { $0.utf8.count > 1_000_000 })
    }

    @Test("A column that a table gets while it is read costs no row")
    func newColumn() async throws {
        try schema.sql("insert into events (id) values (1)")
        let source = try source("select * from events", "id")
        try await source.withReceiver(in: .quiet()) { receiver in
            var first = try await receiver.next()
            #expect(first.takeBatch().messages.count == 1)
            first.settle(.accepted)
            try schema.sql(
                "alter table events add column more text default 'new'; insert into events (id) values (2), (3)")
            var second = try await receiver.next()
            let texts = Received.all(of: second.takeBatch(), delivery: 0).map(\.text)
            #expect(texts.count == 2 && texts.allSatisfy { $0.hasSuffix(#""more":"new"}"#) }, "\(texts)")
            second.settle(.accepted)
        }
    }

    @Test("What NOTIFY tells can be the messages themselves")
    func notifications() async throws {
        let channel = "c\(schema.name)"
        let source = try schema.source([("listen", .string(channel))])
        try await source.withReceiver(in: .quiet()) { receiver in
            try await withThrowingTaskGroup(of: [String].self) { group in
                group.addTask {
                    var texts: [String] = []
                    while texts.count < 2, var delivery = try await receiver.receive() {
                        texts += Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text)
                        delivery.settle(.accepted)
                    }
                    return texts
                }
                while try schema.server.sql(
                    "select count(*) from pg_stat_activity where query = 'listen \"\(channel)\"'"
                ).first == "0" { await Task.yield() }
                try schema.sql("notify \(channel), '{\"n\":1}'; notify \(channel), 'two'")
                let texts = try await group.next()
                #expect(texts == [#"{"n":1}"#, "two"])
            }
        }
    }
}
