import ConnectorTestSupport
import FileConnector
import Glibc
import IntegrationCore
import IntegrationFormats
import Testing

/// The clock of these tests does the next thing whenever the source waits at the end of its file.
@Suite struct FileFollowTests {
    private let folder = TemporaryFolder()

    private func follow(_ script: [ScriptedClock.Action]) async throws -> [Received] {
        let shutdown = ShutdownSignal()
        let clock = ScriptedClock(script: script, atEnd: { shutdown.signal() })
        let source = FileSource(path: folder.file("log"), codec: LinesCodec(), mode: .follow)
        return try await source.drain(in: .quiet(clock: clock, shutdown: shutdown))
    }

    @Test func `A file that grows is read on; half a line is held back until its line feed comes`() async throws {
        folder.write("log", "one\ntw")
        let received = try await follow([
            { [folder] in folder.append("log", "o\nthr") },
            { [folder] in folder.append("log", "e") },
            { [folder] in folder.append("log", "e\nfour\nfive") },
        ])
        #expect(received.map(\.text) == ["one", "two", "three", "four"])
        #expect(received.map(\.id.low) == [0, 4, 8, 14])
    }

    @Test func `A file that is replaced under its name loses nothing, whoever still writes to the old one`()
        async throws
    {
        folder.write("log", "1\n2")
        let received = try await follow([
            // As logrotate does: rename, make a new one, and tell the writer some time later.
            { [folder] in folder.rename("log", to: "log.1") },
            { [folder] in folder.append("log.1", "\n3\n") },
            { [folder] in folder.write("log", "") },
            { [folder] in folder.append("log.1", "4\n") },
            {},
            { [folder] in folder.append("log.1", "5\nlast") },
            { [folder] in folder.append("log", "new 1\n") },
            { [folder] in folder.append("log.1", " word") },
            {}, {},
            { [folder] in folder.append("log", "new 2\n") },
        ])
        #expect(received.map(\.text) == ["1", "2", "3", "4", "5", "last word", "new 1", "new 2"])
        #expect(Set(received.map(\.id)).count == 8)
    }

    @Test func `A file that is copied and cut is read from its beginning, under other ids`() async throws {
        folder.write("log", "a\nb\nhalf")
        let received = try await follow([
            { [folder] in truncate(folder.file("log"), 0) },
            { [folder] in folder.append("log", "c\n") },
        ])
        #expect(received.map(\.text) == ["a", "b", "half", "c"])
        #expect(received[0].id.low == received[3].id.low)
        #expect(Set(received.map(\.id)).count == 4)
    }

    @Test func `A file that is not there yet is waited for`() async throws {
        let received = try await follow([{}, { [folder] in folder.write("log", "a\n") }, {}])
        #expect(received.map(\.text) == ["a"])
    }

    @Test func `A file that is removed and made again is followed on`() async throws {
        folder.write("log", "a\n")
        let received = try await follow([
            { [folder] in folder.remove("log") }, {}, { [folder] in folder.write("log", "b\n") }, {}, {},
        ])
        #expect(received.map(\.text) == ["a", "b"])
    }

    @Test func `What takes the place of a followed file and is no file ends the source`() async throws {
        folder.write("log", "a\n")
        let error = await failure {
            _ = try await follow([
                { [folder] in
                    folder.remove("log")
                    folder.makeFolder("log")
                }, {}, {},
            ])
        }
        #expect(error?.code == .notAFile)
    }

    @Test func `The signal to shut down ends a wait at once, for every lane`() async throws {
        folder.write("log", "a\n")
        let shutdown = ShutdownSignal()
        // The last thing of a script is done while the source waits, and that wait never ends by itself.
        let clock = ScriptedClock(script: [], atEnd: { shutdown.signal() })
        let source = FileSource(
            path: folder.file("log"), codec: LinesCodec(), mode: .follow, pollInterval: .seconds(3600))
        let counts = try await source.withReceiver(in: .quiet(clock: clock, shutdown: shutdown)) { receiver in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var count = 0
                        while let delivery = try await receiver.receive() {
                            count += delivery.count
                            delivery.settle(.accepted)
                        }
                        return count
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(counts.sorted() == [0, 0, 1])
        #expect(clock.deadlines == [.seconds(3600)])
    }

    @Test func `A cancelled task does not wait either`() async throws {
        folder.write("log", "a\n")
        let waits = ShutdownSignal()
        let clock = ScriptedClock(script: [], atEnd: { waits.signal() })
        let source = FileSource(path: folder.file("log"), codec: LinesCodec(), mode: .follow)
        let received = try await withThrowingTaskGroup(of: [Received].self) { group in
            group.addTask { try await source.drain(in: .quiet(clock: clock)) }
            await waits.wait()
            group.cancelAll()
            return try await group.next()
        }
        #expect(received?.map(\.text) == ["a"])
    }
}
