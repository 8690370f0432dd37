internal import ConnectorTestSupport
internal import IntegrationCore
internal import IntegrationDocument
internal import Synchronization
internal import Testing

@testable internal import GenerateConnector

@Suite struct GenerateSourceTests {
    /// What came, and when by the monotonic clock.
    private func take(
        _ source: GenerateSource, _ clock: ScriptedClock, limit: Int
    ) async throws -> [(text: String, time: Duration)] {
        try await source.withReceiver(in: .quiet(clock: clock)) { receiver in
            var all: [(text: String, time: Duration)] = []
            while all.count < limit, var delivery = try await receiver.receive() {
                all += Received.all(of: delivery.takeBatch(), delivery: 0).map { ($0.text, clock.now) }
                delivery.settle(.accepted)
            }
            return all
        }
    }

    private var counted: GenerateBody {
        .made { message, _, out throws(IntegrationError) in
            out.append("\(message.sequence)@\(message.scheduled.milliseconds)")
        }
    }

    private func clock(sleeps: Int) -> ScriptedClock {
        ScriptedClock(wallTime: .seconds(1000), script: Array(repeating: {}, count: sleeps))
    }

    @Test func `An interval fires at once and then at its exact times, until the count is reached`() async throws {
        let clock = clock(sleeps: 3)
        let source = GenerateSource(.interval(.milliseconds(1500)), body: counted, count: 4)
        #expect(source.isFinite && source.guarantee == .bestEffort)
        let all = try await take(source, clock, limit: .max)
        #expect(all.map(\.text) == ["0@1000000", "1@1001500", "2@1003000", "3@1004500"])
        #expect(all.map(\.time) == [.zero, .milliseconds(1500), .seconds(3), .milliseconds(4500)])
        #expect(clock.deadlines == [.milliseconds(1500), .seconds(3), .milliseconds(4500)])
    }

    @Test func `A wall clock that is set does not disturb an interval`() async throws {
        let clock = clock(sleeps: 2)
        let source = GenerateSource(.interval(.seconds(2)), body: .fixed([0x78]), count: 3)
        clock.setWall(by: .seconds(-500))
        #expect(try await take(source, clock, limit: .max).map(\.time) == [.zero, .seconds(2), .seconds(4)])
    }

    @Test(arguments: [
        (GenerateMissed.merge, ["0@1000000", "1@1001000", "2@1005000"]),
        (.replay, ["0@1000000", "1@1001000", "2@1002000"]),
    ])
    func `Instants that passed become one message, or one each`(missed: GenerateMissed, expected: [String]) async throws
    {
        // The first sleep lasts too long.
        let late = Mutex<ScriptedClock?>(nil)
        let clock = ScriptedClock(
            wallTime: .seconds(1000),
            script: [{ late.withLock { $0?.advance(by: .milliseconds(4200)) } }, {}])
        late.withLock { $0 = clock }
        let source = GenerateSource(.interval(.seconds(1)), body: counted, count: 3, missed: missed)
        #expect(try await take(source, clock, limit: .max).map(\.text) == expected)
    }

    @Test func `A cron schedule fires at its instants in its time zone, however often it is asked`() async throws {
        // 2026-03-29T00:00:00Z: an hour later Lisbon goes from 01:00 to 02:00.
        let clock = ScriptedClock(wallTime: .seconds(1_774_742_400), script: Array(repeating: {}, count: 200))
        let cron = try CronSchedule("30 0-3 * * *", timeZone: "Europe/Lisbon")
        let all = try await take(GenerateSource(.cron(cron), body: counted, count: 3), clock, limit: .max)
        #expect(all.map(\.text) == ["0@1774744200000", "1@1774747800000", "2@1774751400000"])
        #expect(all.map(\.time) == [.seconds(1800), .seconds(5400), .seconds(9000)])
    }

    @Test func `A cron schedule follows a wall clock that is set`() async throws {
        let set = Mutex<ScriptedClock?>(nil)
        let clock = ScriptedClock(
            wallTime: .seconds(0),
            script: [{ set.withLock { $0?.setWall(by: .seconds(3500)) } }] + Array(repeating: {}, count: 5))
        set.withLock { $0 = clock }
        let source = GenerateSource(.cron(try CronSchedule("0 1 * * *")), body: counted, count: 1)
        let all = try await take(source, clock, limit: .max)
        #expect(all.map(\.text) == ["0@3600000"])
        #expect(all.map(\.time) == [.seconds(100)])
    }

    @Test func `A schedule without a next instant ends`() async throws {
        let source = GenerateSource(.cron(try CronSchedule("0 0 30 2 *")), body: .fixed([0x78]))
        #expect(try await take(source, clock(sleeps: 0), limit: .max).isEmpty)
    }

    @Test(arguments: [(1.0, 5), (4.0, 20), (250.0, 500), (100_000.0, 20_000)])
    func `A rate is kept evenly`(rate: Double, count: Int) async throws {
        let clock = clock(sleeps: 100_000)
        let source = GenerateSource(.rate(rate), body: .fixed([0x78]), count: count, batchSize: 1000)
        let all = try await take(source, clock, limit: .max)
        #expect(all.count == count)
        // Never early, and never more than a hundredth of a second's share late.
        for (index, message) in all.enumerated() {
            let due = Double(index) / rate
            #expect(message.time.seconds >= due - 1e-6 && message.time.seconds <= due + 0.0101)
        }
    }

    @Test func `A rate does not make up for more than a second`() async throws {
        let late = Mutex<ScriptedClock?>(nil)
        let clock = ScriptedClock(
            script: [{ late.withLock { $0?.advance(by: .seconds(100)) } }] + Array(repeating: {}, count: 20))
        late.withLock { $0 = clock }
        let source = GenerateSource(.rate(10), body: .fixed([0x78]), count: 12, batchSize: 5)
        let all = try await take(source, clock, limit: .max)
        #expect(all[0].time == .zero)
        #expect(all[1].time >= .seconds(100))
        #expect(all[11].time >= all[1].time + .seconds(1))
    }

    @Test func `As fast as they are taken: full batches, and nobody waits`() async throws {
        let clock = clock(sleeps: 0)
        let source = GenerateSource(.interval(.zero), body: .fixed(Array("{}".utf8)), count: 250)
        let received = try await source.drain(in: .quiet(clock: clock))
        #expect(received.count == 250 && received.allSatisfy { $0.text == "{}" })
        #expect(received.map(\.delivery).last == 2)
        #expect(Set(received.map(\.id)).count == 250)
        #expect(received.map(\.origin).max() == 99)
        #expect(clock.deadlines.isEmpty)
    }

    @Test func `A message that can't be made fails alone`() async throws {
        let body = GenerateBody.made { message, _, out throws(IntegrationError) in
            out.append("message ")
            if message.sequence == 1 { throw IntegrationError(.stepFailed, "no") }
            out.append("\(message.sequence)")
        }
        let received = try await GenerateSource(.unlimited, body: body, count: 3).drain()
        #expect(received.map(\.failure) == [nil, .stepFailed, nil])
        #expect(received.map(\.text) == ["message 0", "", "message 2"])
    }

    @Test func `The signal to shut down ends a wait`() async throws {
        let shutdown = ShutdownSignal()
        let clock = ScriptedClock(atEnd: { shutdown.signal() })
        let source = GenerateSource(.interval(.seconds(3600)), body: .fixed([0x78]))
        #expect(!source.isFinite)
        #expect(try await source.drain(in: .quiet(clock: clock, shutdown: shutdown)).count == 1)
    }

    @Test func `Several lanes share one schedule`() async throws {
        let source = GenerateSource(.unlimited, body: counted, count: 1_000, batchSize: 7)
        let context = FlowContext.quiet()
        let numbers = try await source.withReceiver(in: context) { receiver in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var texts: [String] = []
                        while var delivery = try await receiver.receive() {
                            texts += Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text)
                            delivery.settle(.accepted)
                        }
                        return texts
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(Set(numbers.compactMap { Int($0.prefix { $0 != "@" }) }) == Set(0..<1_000))
        #expect(numbers.count == 1_000)
    }
}

@Suite struct GenerateConfigurationTests {
    private func mistakes(_ node: ConfigurationNode) -> [String] {
        var context = DecodingContext()
        _ = context.speaking(of: "the source") { GenerateConfiguration.decode(node, &$0) }
        return context.diagnostics.all.map(\.message)
    }

    private func source(_ node: ConfigurationNode) throws -> GenerateSource {
        var context = DecodingContext()
        return try #require(GenerateConfiguration.decode(node, &context)).makeSource()
    }

    @Test(
        arguments: [
            (
                ["kind": "heartbeat", "n": 1, "f": 2.50, "t": true, "no": .null, "list": [1, "x"]],
                #"{"kind":"heartbeat","n":1,"f":2.5,"t":true,"no":null,"list":[1,"x"]}"#
            ),
            ("{\"raw\": 1}", "{\"raw\": 1}"), (7, "7"), ([], "[]"),
        ] as [(ConfigurationNode, String)])
    func `A body is its text, or JSON`(body: ConfigurationNode, expected: String) async throws {
        let source = try source(["interval": "0s", "count": 1, "body": body])
        #expect(try await source.drain().map(\.text) == [expected])
    }

    @Test(
        arguments: [
            (["body": "x"], "the source needs `interval`, `cron` or `rate`"),
            (["interval": "1s"], "`body` is missing in the source"),
            (["interval": "1s", "rate": 1, "body": "x"], "the source takes only one of `interval` or `rate`"),
            (["cron": "61 * * * *", "body": "x"], "`cron` in the source: "),
            (["cron": "* * * * *", "timezone": "Europe/Nowhere", "body": "x"], "`timezone` in the source: "),
            (
                ["interval": "1s", "timezone": "UTC", "body": "x"],
                "`timezone` in the source has a meaning only with `cron`"
            ),
            (["rate": 5, "missed": "replay", "body": "x"], "`missed` in the source has a meaning only"),
            (["interval": 5, "body": "x"], "`interval` in the source is a duration and needs a unit"),
            (["rate": 1, "body": ["a": .plain(".inf")]], "JSON has no word for"),
        ] as [(ConfigurationNode, String)])
    func `Mistakes are found`(node: ConfigurationNode, message: String) {
        let all = mistakes(node)
        #expect(all.count == 1 && all[0].contains(message), "\(all)")
    }

    @Test func `What is in braces is filled in by somebody else, or refused`() async throws {
        var context = DecodingContext()
        let node: ConfigurationNode = ["rate": 1, "count": 1, "body": ["n": "{{ $index }}"]]
        let configuration = try #require(GenerateConfiguration.decode(node, &context))
        #expect(configuration.hasExpressions)
        #expect(await failure { _ = try configuration.makeSource() }?.code == .cannotBuild)
        let source = try configuration.makeSource { body throws(IntegrationError) in
            let text = body.json
            return { message, _, out throws(IntegrationError) in out.append("\(message.sequence) of \(text)") }
        }
        #expect(try await source.drain().map(\.text) == [#"0 of {"n":"{{ $index }}"}"#])
    }

    @Test func `The catalog makes it`() {
        var catalog = Catalog()
        GenerateConfiguration.register(in: &catalog)
        #expect(catalog.makers.sources["generate"] != nil)
    }
}
