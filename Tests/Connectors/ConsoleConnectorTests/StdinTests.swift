import ConnectorTestSupport
import ConsoleConnector
import Glibc
import IntegrationCore
import IntegrationFormats
import Testing

@Suite struct StdinTests {
    /// A pipe; what is left open of it is closed at the end of the test.
    final class Pipe: Sendable {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            reading = ends[0]
            writing = ends[1]
        }

        func write(_ text: String) {
            let bytes = Array(text.utf8)
            #expect(Glibc.write(writing, bytes, bytes.count) == bytes.count)
        }

        func end() { close(writing) }
    }

    @Test func `Records are read until the end, the last one without a line feed too, under fresh ids`() async throws {
        let pipe = try Pipe()
        pipe.write("{\"a\":1}\r\n\n[2]\nnope\n3")
        pipe.end()
        let source = StdinSource(codec: NDJSONCodec(), descriptor: pipe.reading)
        #expect(source.isFinite && source.guarantee == .bestEffort)
        let received = try await source.drain()
        #expect(received.map(\.text) == [#"{"a":1}"#, "[2]", "nope", "3"])
        #expect(received.map(\.failure) == [nil, nil, .messageNotJSON, nil])
        #expect(received[0].metadata == #"{"file":"stdin"}"#)
        #expect(Set(received.map(\.id)).count == 4)
        #expect(received.map(\.id) == received.map(\.id).sorted())
    }

    private func next(_ receiver: any Receiver) async throws -> [String] {
        guard var delivery = try await receiver.receive() else { return [] }
        let texts = Received.all(of: delivery.takeBatch(), delivery: 0).map(\.text)
        delivery.settle(.accepted)
        return texts
    }

    @Test func `What is there is delivered at once, though a batch could hold more`() async throws {
        let pipe = try Pipe()
        pipe.write("1\n2\n3")
        let source = StdinSource(codec: LinesCodec(), descriptor: pipe.reading)
        try await source.withReceiver(in: .quiet()) { receiver in
            #expect(try await next(receiver) == ["1", "2"])
            pipe.write("4\n")
            #expect(try await next(receiver) == ["34"])
            pipe.end()
            let third = try await receiver.receive()?.count
            #expect(third == nil)
        }
    }

    @Test func `A flow that shuts down does not wait for input that never comes`() async throws {
        let pipe = try Pipe()
        let shutdown = ShutdownSignal()
        let source = StdinSource(codec: LinesCodec(), descriptor: pipe.reading)
        try await source.withReceiver(in: .quiet(shutdown: shutdown)) { receiver in
            async let first = receiver.receive()?.count
            async let second = receiver.receive()?.count
            shutdown.signal()
            let counts = try await [first, second]
            #expect(counts == [nil, nil])
        }
        pipe.end()
    }

    @Test func `A cancelled task does not wait either`() async throws {
        let pipe = try Pipe()
        let source = StdinSource(codec: LinesCodec(), descriptor: pipe.reading)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await source.drain() }
            group.cancelAll()
            try await group.next()
        }
        pipe.end()
    }

    @Test func `CSV comes with its header; a file may be standard input too`() async throws {
        let folder = TemporaryFolder()
        let descriptor = open(folder.write("in.csv", "id;name\n1;Ann\n2;\"B;b\"\n"), O_RDONLY)
        defer { close(descriptor) }
        let source = StdinSource(codec: CSVCodec(delimiter: UInt8(ascii: ";")), batchSize: 2, descriptor: descriptor)
        let received = try await source.drain()
        #expect(received.map(\.text) == ["1;Ann", "2;\"B;b\""])
        #expect(received[0].metadata == #"{"file":"stdin","header":"id;name"}"#)
        #expect(received.allSatisfy { $0.failure == nil })
    }

    @Test func `A closed standard input is an error`() async throws {
        let pipe = try Pipe()
        close(pipe.reading)
        pipe.end()
        // A number that no descriptor has.
        let source = StdinSource(codec: LinesCodec(), descriptor: 1_000_000)
        #expect(await failure { _ = try await source.drain() }?.code == .streamFailed)
    }
}
