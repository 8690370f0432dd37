import ConnectorTestSupport
import FileConnector
import Glibc
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct FullDiskTests {
    private let folder = TemporaryFolder()

    private func lines(_ file: String) -> [String] {
        (folder.read(file) ?? "").split(separator: "\n").map(String.init)
    }

    private func test(_ source: MemorySource, deadLetters: any Destination) -> FlowTest {
        FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out",
                errorHandling: ErrorHandling(
                    maximumAttempts: 2, backoff: Backoff(initial: .seconds(1), jitter: .none), deadLetters: "dead"),
                lanes: 1),
            destinations: ["out": FileDestination(path: folder.file("disk/out")), "dead": deadLetters])
    }

    /// Runs `body` with a disk of 64 KiB, of which 40 KB are taken.
    private func withSmallDisk(_ body: () async throws -> Void) async throws {
        folder.makeFolder("disk")
        try #require(mount("tmpfs", folder.file("disk"), "tmpfs", 0, "size=64k") == 0)
        defer { umount2(folder.file("disk"), Int32(MNT_DETACH)) }
        folder.write("disk/ballast", String(repeating: "x", count: 40_000))
        try await body()
    }

    private static let bodies = (1000..<1300).map { "\($0)" + String(repeating: "y", count: 95) }

    @Test(.enabled(if: Mount.isPossible, "only root may mount a small file system"))
    func `A flow whose disk is full, dead letters and all, holds back and loses nothing once there is room`()
        async throws
    {
        try await withSmallDisk {
            let source = MemorySource(Self.bodies, batchSize: 10)
            let dead = Noticing(FileDestination(path: folder.file("disk/dead")))
            let result = try await test(source, deadLetters: dead).run { [folder] engine in
                await dead.isRefused.wait()
                #expect(engine.snapshots[0].state.word == "running")
                #expect(source.accepted.count == lines("disk/out").count)
                #expect(lines("disk/dead").isEmpty)
                #expect(source.readCount > source.accepted.count)
                folder.remove("disk/ballast")
            }
            #expect(result.snapshot.state.word == "finished")
            let written = lines("disk/out")
            let letters = lines("disk/dead")
            #expect(!letters.isEmpty && letters.allSatisfy { $0.contains("\"code\":\"IE5004\"") })
            for body in Self.bodies {
                let count = written.count { $0 == body } + letters.count { $0.contains(body) }
                #expect(count == 1, "\(body.prefix(4))")
            }
            #expect(source.accepted.sorted() == Array(Self.bodies.indices))
        }
    }

    @Test(.enabled(if: Mount.isPossible, "only root may mount a small file system"))
    func `With dead letters on another disk each message is in one of the two places`() async throws {
        try await withSmallDisk {
            let source = MemorySource(Self.bodies, batchSize: 10)
            let dead = FileDestination(path: folder.file("dead"))
            let result = try await test(source, deadLetters: dead).run()
            let written = lines("disk/out")
            let letters = lines("dead")
            #expect(result.snapshot.sent == written.count)
            #expect(result.snapshot.dead == letters.count)
            #expect(written.count > 100 && letters.count > 10)
            #expect(written.count + letters.count == Self.bodies.count)
            #expect(Set(written).isSubset(of: Self.bodies))
        }
    }
}

/// Signals when the destination inside has found no room for a batch.
private struct Noticing: Destination {
    let inner: FileDestination
    let isRefused = ShutdownSignal()

    init(_ inner: FileDestination) { self.inner = inner }

    func withSender<R: Sendable>(in context: FlowContext, _ body: (any Sender) async throws -> R) async throws -> R {
        try await inner.withSender(in: context) { try await body(Watching(inner: $0, isRefused: isRefused)) }
    }

    private struct Watching: Sender {
        let inner: any Sender
        let isRefused: ShutdownSignal

        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
            do {
                return try await inner.send(batch)
            } catch {
                if error.code == .diskFull { isRefused.signal() }
                throw error
            }
        }
    }
}
