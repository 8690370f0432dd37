import ConnectorTestSupport
import FileConnector
import Glibc
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationResilience
import IntegrationStore
import IntegrationTesting
import Testing

/// Runs over the same file and the same store, one after another, as restarts are.
@Suite(.timeLimit(.minutes(1))) struct FilePositionTests {
    private let folder = TemporaryFolder()
    private let out = RecordingDestination()

    /// What a run over `in` reads anew.
    private func run(
        _ name: String = "in", codec: any Codec = LinesCodec(), mode: FileSource.Mode = .once, batchSize: Int = 1,
        fromStart: Bool = false, handling: ErrorHandling = ErrorHandling(),
        _ during: @escaping @Sendable (Engine, ManualClock) async throws -> Void = { _, _ in }
    ) async throws -> [String] {
        let clock = ManualClock()
        let storage = Storage(readsFromStart: fromStart) { [folder] body in
            try await SQLiteStore.withStore(
                in: folder.file("store"), settings: StoreSettings(durability: .none), clock: clock
            ) { try await body($0) }
        }
        let source = FileSource(path: folder.file(name), codec: codec, mode: mode, batchSize: batchSize)
        let before = out.bodies.count
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: handling, lanes: 1),
            destinations: ["out": out], storage: storage, clock: clock)
        _ = try await test.run { engine in try await during(engine, clock) }
        return Array(out.bodies.dropFirst(before))
    }

    /// The flow stops at the first failure; what failed stays unsettled.
    private static let stopping = ErrorHandling(maximumAttempts: 1, exhausted: .stop)

    @Test func `A file that was settled is not read again, except from the start; what was added is read`() async throws
    {
        folder.write("in", "one\ntwo\nthree\n")
        #expect(try await run() == ["one", "two", "three"])
        #expect(try await run() == [])
        folder.append("in", "four\nfive\n")
        #expect(try await run(batchSize: 100) == ["four", "five"])
        #expect(try await run(fromStart: true) == ["one", "two", "three", "four", "five"])
        #expect(try await run() == [])
    }

    @Test func `A file is known by its device and inode: under another name it is the same, a copy is another`()
        async throws
    {
        folder.write("in", "one\ntwo\n")
        #expect(try await run().count == 2)
        folder.rename("in", to: "moved")
        #expect(try await run("moved") == [])
        folder.write("in", "one\ntwo\n")
        #expect(try await run("*") == ["one", "two"])
    }

    @Test(arguments: [1, 2, 3, 10])
    func `What was not settled is read again, and nothing else`(batchSize: Int) async throws {
        folder.write("in", (0..<10).map { "record \($0)\n" }.joined())
        out.refuse { $0 == "record 4" }
        let first = try await run(batchSize: batchSize, handling: Self.stopping)
        #expect(first.contains("record 3"))
        #expect(!first.contains("record 4"))
        out.mend()
        let second = try await run(batchSize: batchSize)
        #expect((first + second).sorted() == (0..<10).map { "record \($0)" })
    }

    @Test func `Gaps are closed: empty lines, a mark of order and a missing last line feed lie in nobody's way`()
        async throws
    {
        folder.write("in", "\u{FEFF}\n\none\n\r\n\ntwo\n\n\nthree\n\nfour")
        out.refuse { $0 == "two" }
        let first = try await run(batchSize: 100, handling: Self.stopping)
        #expect(first == ["one", "three", "four"])
        out.mend()
        #expect(try await run(batchSize: 100) == ["two"])
        #expect(try await run(batchSize: 100) == [])
    }

    @Test func `Records of CSV keep their header when reading goes on in the middle of the file`() async throws {
        folder.write("in", "a,b\n1,2\n3,4\n\"5\n6\",7\n8,9\n")
        out.refuse { $0.contains("3") }
        let first = try await run(codec: CSVCodec(), batchSize: 2, handling: Self.stopping)
        #expect(first == [#"{"a":"1","b":"2"}"#])
        out.mend()
        let second = try await run(codec: CSVCodec(), batchSize: 2)
        #expect(second == [#"{"a":"3","b":"4"}"#, #"{"a":"5\n6","b":"7"}"#, #"{"a":"8","b":"9"}"#])
        folder.append("in", "10,11\n")
        #expect(try await run(codec: CSVCodec()) == [#"{"a":"10","b":"11"}"#])
    }

    @Test func `A record that waits for another try is not read again: it waits in the store`() async throws {
        folder.write("in", "one\ntwo\n")
        out.refuse { $0 == "one" }
        let waiting = ErrorHandling(
            maximumAttempts: 9, backoff: Backoff(initial: .seconds(60), maximum: .seconds(60), jitter: .none))
        let first = try await run(handling: waiting) { engine, clock in
            try await clock.sleep(for: .seconds(1))
            engine.stop()
        }
        #expect(first == ["two"])
        out.mend()
        #expect(try await run(handling: waiting) == ["one"])
        #expect(out.tries.map(\.text) == ["one", "two", "one"])
        #expect(Set(out.tries.filter { $0.text == "one" }.map(\.id)).count == 1)
    }

    @Test func `A file that was written anew, shorter, is read from its beginning`() async throws {
        folder.write("in", "one\ntwo\nthree\n")
        #expect(try await run().count == 3)
        folder.write("in", "new\n")
        #expect(try await run() == ["new"])
        #expect(try await run() == [])
        folder.write("in", "x\n")
        #expect(try await run() == ["x"])
    }

    @Test func `A file that was written anew and then grew beyond what it was loses nothing`() async throws {
        folder.write("in", "one\ntwo\nthree\n")
        #expect(try await run().count == 3)
        folder.write("in", "new\n")
        #expect(try await run() == ["new"])
        folder.append("in", "newer\nnewest\nlast\n")
        #expect(try await run() == ["newer", "newest", "last"])
        #expect(try await run() == [])
    }

    @Test func `A followed file that is cut while it is read goes on where it was left after a restart`() async throws {
        folder.write("in", "one\ntwo\nthree\n")
        let first = try await run(mode: .follow) { [folder] engine, clock in
            try await clock.sleep(for: .seconds(1))
            truncate(folder.file("in"), 0)
            try await clock.sleep(for: .seconds(1))
            folder.append("in", "new\n")
            try await clock.sleep(for: .seconds(1))
            engine.stop()
        }
        #expect(first == ["one", "two", "three", "new"])
        folder.append("in", "newer\nnewest\nlast\n")
        #expect(try await run() == ["newer", "newest", "last"])
    }
}
