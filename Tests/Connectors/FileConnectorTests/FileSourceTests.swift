import ConnectorTestSupport
import FileConnector
import Glibc
import IntegrationCore
import IntegrationDocument
import IntegrationFormats
import Testing

@Suite struct FileSourceTests {
    private let folder = TemporaryFolder()

    private func lines(_ path: String, batchSize: Int = 100) -> FileSource {
        FileSource(path: path, codec: LinesCodec(), batchSize: batchSize)
    }

    @Test(arguments: [1, 7, 100, 1000])
    func `Batches are full until the last, in order, and every record comes once`(size: Int) async throws {
        let expected = (0..<2_345).map { "record \($0) " + String(repeating: "x", count: $0 % 97) }
        let path = folder.write("in", expected.joined(separator: "\n") + "\n")
        let received = try await lines(path, batchSize: size).drain()
        #expect(received.map(\.text) == expected)
        let sizes = Dictionary(grouping: received, by: \.delivery).sorted { $0.key < $1.key }.map(\.value.count)
        #expect(sizes.dropLast().allSatisfy { $0 == size })
        #expect(sizes.last == (2_345 % size == 0 ? size : 2_345 % size))
        #expect(received.map(\.origin) == received.indices.map { $0 % size })
        #expect(received[0].metadata == #"{"file":"\#(path)"}"#)
    }

    @Test func `A record's id is made of its file and place, so it is the same in every run`() async throws {
        let path = folder.write("a", "one\ntwo\nthree\n")
        let first = try await lines(path).drain()
        let again = try await lines(path, batchSize: 2).drain()
        #expect(first.map(\.id) == again.map(\.id))
        #expect(Set(first.map(\.id)).count == 3)
        #expect(first.map(\.id.low) == [0, 4, 8])
        folder.rename("a", to: "b")
        #expect(try await lines(folder.file("b")).drain().map(\.id) == first.map(\.id))
        let other = try await lines(folder.write("c", "one\ntwo\nthree\n")).drain()
        #expect(Set(other.map(\.id)).isDisjoint(with: first.map(\.id)))
    }

    @Test(arguments: [
        ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("\n\na\n\r\n\nb\n\n", ["a", "b"]), ("", []), ("\n", []),
        ("\u{FEFF}a\nb\n", ["a", "b"]), ("a\r", ["a"]), (" \n", [" "]), ("a\rb\n", ["a\rb"]),
    ])
    func `Line ends, empty lines, a missing last line feed and a mark of order`(
        text: String, expected: [String]
    ) async throws {
        let path = folder.write("in", text)
        #expect(try await lines(path).drain().map(\.text) == expected)
        #expect(try await lines(path, batchSize: 1).drain().map(\.text) == expected)
    }

    @Test func `A record of 20 MiB fails, cut to the limit, and its neighbours are delivered`() async throws {
        let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 20 << 20)
        let path = folder.write("in", bytes: Array("first\n".utf8) + huge + Array("\nlast\n".utf8))
        let received = try await lines(path).drain()
        #expect(received.map(\.failure) == [nil, .messageTooLarge, nil])
        #expect(received.map(\.count) == [5, Word.maximumLength, 4])
        #expect(received[2].text == "last")
        let unended = folder.write("unended", bytes: Array("first\n".utf8) + huge)
        #expect(try await lines(unended).drain().map(\.failure) == [nil, .messageTooLarge])
    }

    @Test func `The limit of a message counts its bytes without the line's end`() async throws {
        let path = folder.write("in", "12345\r\n123456\n1234\n1234567")
        let source = FileSource(path: path, codec: LinesCodec(), maximumMessageSize: 5)
        let received = try await source.drain()
        #expect(received.map(\.failure) == [nil, .messageTooLarge, nil, .messageTooLarge])
        #expect(received.map(\.text) == ["12345", "12345", "1234", "12345"])
    }

    @Test func `Bytes that are not UTF-8 pass as lines and fail as JSON, alone`() async throws {
        let path = folder.write(
            "in", bytes: Array("[1]\n".utf8) + [0x22, 0xFF, 0xFE, 0x22, 0x0A] + Array("[2]\n".utf8))
        #expect(try await lines(path).drain().map(\.count) == [3, 4, 3])
        let parsed = try await FileSource(path: path, codec: NDJSONCodec()).drain()
        #expect(parsed.map(\.failure) == [nil, .messageNotJSON, nil])
    }

    @Test func `CSV records may hold line feeds, and each file has a header of its own`() async throws {
        folder.makeFolder("in")
        folder.write("in/1.csv", "id,text\n1,\"two\nlines\"\n2,plain\n")
        folder.write("in/2.csv", "text,id\r\nother,3\r\n")
        let source = FileSource(path: folder.file("in/*.csv"), codec: CSVCodec())
        let context = FlowContext.quiet()
        let bodies = try await source.withReceiver(in: context) { receiver in
            var bodies: [String] = []
            while var delivery = try await receiver.receive() {
                var batch = delivery.takeBatch()
                try source.decoder?.process(&batch, in: context)
                for message in batch.messages {
                    let document = try #require(message.document)
                    bodies.append(Document(copying: batch.arena.view(document)).json)
                }
                delivery.settle(.accepted)
            }
            return bodies
        }
        #expect(
            bodies == [
                #"{"id":"1","text":"two\nlines"}"#, #"{"id":"2","text":"plain"}"#, #"{"text":"other","id":"3"}"#,
            ])
    }

    @Test func `A pattern's files are read in the order of their names; folders and pipes are left out`() async throws {
        folder.makeFolder("in")
        folder.makeFolder("in/c.ndjson")
        mkfifo(folder.file("in/d.ndjson"), 0o600)
        folder.write("in/b.ndjson", "\"b\"")
        folder.write("in/a.ndjson", "\"a1\"\n\"a2\"")
        folder.write("in/a.other", "\"no\"\n")
        folder.write("in/z.ndjson", "")
        let received = try await FileSource(path: folder.file("in/*.ndjson"), codec: NDJSONCodec()).drain()
        #expect(received.map(\.text) == ["\"a1\"", "\"a2\"", "\"b\""])
    }

    @Test func `What is not there, or no file, is refused without waiting`() async throws {
        #expect(await failure { _ = try await lines(folder.file("none")).drain() }?.code == .fileNotFound)
        #expect(await failure { _ = try await lines(folder.file("*.none")).drain() }?.code == .fileNotFound)
        #expect(await failure { _ = try await lines(folder.path).drain() }?.code == .notAFile)
        mkfifo(folder.file("pipe"), 0o600)
        #expect(await failure { _ = try await lines(folder.file("pipe")).drain() }?.code == .notAFile)
        symlink("loop", folder.file("loop"))
        #expect(await failure { _ = try await lines(folder.file("loop")).drain() }?.code == .fileUnreadable)
        #expect(await failure { _ = try await lines("/dev/null").drain() }?.code == .notAFile)
        // Opens, but can't be read.
        #expect(await failure { _ = try await lines("/proc/self/mem").drain() }?.code == .fileUnreadable)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read every file"))
    func `A file without permission is unreadable`() async throws {
        let path = folder.write("in", "a\n")
        chmod(path, 0)
        #expect(await failure { _ = try await lines(path).drain() }?.code == .fileUnreadable)
    }

    @Test func `Several lanes get every record once`() async throws {
        let path = folder.write("in", (0..<5_000).map { "\($0)\n" }.joined())
        let context = FlowContext.quiet()
        let numbers = try await lines(path, batchSize: 13).withReceiver(in: context) { receiver in
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var numbers: [Int] = []
                        while var delivery = try await receiver.receive() {
                            numbers += Received.all(of: delivery.takeBatch(), delivery: 0).compactMap { Int($0.text) }
                            delivery.settle(.accepted)
                        }
                        return numbers
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(numbers.sorted() == Array(0..<5_000))
    }

    @Test func `After the signal to shut down nothing more is read`() async throws {
        let path = folder.write("in", (0..<500).map { "\($0)\n" }.joined())
        let shutdown = ShutdownSignal()
        let context = FlowContext.quiet(shutdown: shutdown)
        try await lines(path, batchSize: 10).withReceiver(in: context) { receiver in
            let first = try await receiver.receive()?.count
            #expect(first == 10)
            shutdown.signal()
            let second = try await receiver.receive()?.count
            #expect(second == nil)
        }
    }
}
