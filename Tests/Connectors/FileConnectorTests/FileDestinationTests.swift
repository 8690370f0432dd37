import ConnectorTestSupport
import FileConnector
import Glibc
import IntegrationCore
import IntegrationDocument
import Testing

@testable import FileSystemClient

@Suite struct FileDestinationTests {
    private let folder = TemporaryFolder()

    private func send(_ batches: [[String]], to destination: FileDestination) async throws {
        try await destination.withSender(in: .quiet()) { sender in
            for batch in batches { _ = try await sender.send(Batch(batch)) }
        }
    }

    @Test func `Messages are appended, a line each; the folder is made`() async throws {
        let destination = FileDestination(path: folder.file("deep/er/out.ndjson"))
        try await send([["a", "b"], ["c"]], to: destination)
        try await send([["d"]], to: destination)
        #expect(folder.read("deep/er/out.ndjson") == "a\nb\nc\nd\n")
    }

    @Test func `A body with line feeds is one line where it is JSON`() async throws {
        let pretty = "{\n  \"a\": 1,\n  \"b\": [1.50]\n}"
        let parsed = Batch([pretty])
        _ = try parsed.arena.parse(parsed.messages[0].original)
        try await send([[pretty, "x"], ["not\njson"]], to: FileDestination(path: folder.file("out")))
        #expect(folder.read("out") == "{\"a\":1,\"b\":[1.50]}\nx\nnot\njson\n")
    }

    @Test(arguments: [
        ("a\nb\nhal", "a\nb\nnew\n"), ("half", "new\n"), ("", "new\n"), ("a\n", "a\nnew\n"),
        (String(repeating: "x", count: 10_000), "new\n"), ("a\n" + String(repeating: "x", count: 10_000), "a\nnew\n"),
    ])
    func `A line that a crash left half written is cut off at the next start`(
        before: String, after: String
    ) async throws {
        folder.write("out", before)
        try await send([["new"]], to: FileDestination(path: folder.file("out")))
        #expect(folder.read("out") == after)
    }

    @Test func `A large file without a line feed is something else and stays as it is`() async throws {
        let path = folder.write("image", "")
        truncate(path, 70 << 20)
        let error = await failure { try await send([["a"]], to: FileDestination(path: path)) }
        #expect(error?.code == .fileUnwritable)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_size == 70 << 20)
    }

    @Test func `What can't be written is refused when it is opened`() async throws {
        folder.write("file", "x\n")
        folder.makeFolder("folder")
        mkfifo(folder.file("pipe"), 0o600)
        for (name, code) in [
            ("file/below", ErrorCode.fileUnwritable), ("folder", .notAFile), ("pipe", .notAFile),
            ("file/deep/below", .fileUnwritable),
        ] {
            let error = await failure { try await send([["a"]], to: FileDestination(path: folder.file(name))) }
            #expect(error?.code == code, "\(name): \(String(describing: error))")
        }
        #expect(folder.names == ["file", "folder", "pipe"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write to every folder"))
    func `A folder without permission is refused`() async throws {
        folder.makeFolder("closed", mode: 0o555)
        let error = await failure { try await send([["a"]], to: FileDestination(path: folder.file("closed/out"))) }
        #expect(error?.code == .fileUnwritable)
    }

    // MARK: Whole or nothing

    @Test func `A batch that crosses the limit of file sizes is taken back whole, and smaller ones go on`() async throws
    {
        let limit = 256 << 20
        let path = folder.write("out", "")
        // Sparse, up to a line feed just below the limit.
        truncate(path, off_t(limit - 1001))
        folder.append("out", "\n")
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
        var new = rlimit(rlim_cur: rlim_t(limit), rlim_max: old.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &new) == 0)
        try await FileDestination(path: path, syncs: false).withSender(in: .quiet()) { sender in
            let large = Batch((0..<20).map { _ in String(repeating: "x", count: 99) })
            let error = await failure { _ = try await sender.send(large) }
            #expect(error?.code == .fileUnwritable)
            #expect(error?.isRetryable == true)
            var status = stat()
            #expect(stat(path, &status) == 0 && Int(status.st_size) == limit - 1000)
            _ = try await sender.send(Batch(["fits"]))
            #expect(stat(path, &status) == 0 && Int(status.st_size) == limit - 995)
        }
    }

    @Test(.enabled(if: Mount.isPossible, "only root may mount a small file system"))
    func `On a full disk a batch is taken back whole, and goes through once there is room`() async throws {
        folder.makeFolder("disk")
        try #require(mount("tmpfs", folder.file("disk"), "tmpfs", 0, "size=64k") == 0)
        defer { umount2(folder.file("disk"), Int32(MNT_DETACH)) }
        folder.write("disk/ballast", String(repeating: "x", count: 40_000))
        let destination = FileDestination(path: folder.file("disk/out"))
        try await destination.withSender(in: .quiet()) { sender in
            _ = try await sender.send(Batch(["first"]))
            let large = Batch((0..<300).map { _ in String(repeating: "y", count: 99) })
            let error = await failure { _ = try await sender.send(large) }
            #expect(error?.code == .diskFull)
            #expect(folder.read("disk/out") == "first\n")
            folder.remove("disk/ballast")
            _ = try await sender.send(large)
            _ = try await sender.send(Batch(["last"]))
        }
        let text = folder.read("disk/out") ?? ""
        #expect(text.utf8.count == 6 + 30_000 + 5)
        #expect(text.hasSuffix("y\nlast\n"))
    }

    // MARK: Rotation

    @Test func `A file is begun anew before it grows beyond its size; nothing is lost`() async throws {
        let clock = ScriptedClock(wallTime: .seconds(1_700_000_000))
        let destination = FileDestination(path: folder.file("out.ndjson"), rotationSize: 20)
        try await destination.withSender(in: .quiet(clock: clock)) { sender in
            for number in 10..<20 { _ = try await sender.send(Batch(["record \(number)"])) }
            _ = try await sender.send(Batch([String(repeating: "z", count: 50)]))
        }
        let names = folder.names
        #expect(
            names == [
                "out-20231114T221320Z-1.ndjson", "out-20231114T221320Z-2.ndjson", "out-20231114T221320Z-3.ndjson",
                "out-20231114T221320Z-4.ndjson", "out-20231114T221320Z.ndjson", "out.ndjson",
            ])
        #expect(folder.read("out-20231114T221320Z.ndjson") == "record 10\nrecord 11\n")
        #expect(folder.read("out-20231114T221320Z-4.ndjson") == "record 18\nrecord 19\n")
        #expect(folder.read("out.ndjson") == String(repeating: "z", count: 50) + "\n")
    }

    @Test func `A file is begun anew at its age, of which a restart does not make a secret`() async throws {
        let clock = ScriptedClock(wallTime: SystemClock().wallTime)
        let destination = FileDestination(path: folder.file("out"), rotationAge: .seconds(60))
        try await destination.withSender(in: .quiet(clock: clock)) { sender in
            _ = try await sender.send(Batch(["1"]))
            clock.advance(by: .seconds(59))
            _ = try await sender.send(Batch(["2"]))
            clock.advance(by: .seconds(1))
            _ = try await sender.send(Batch(["3"]))
        }
        #expect(folder.names.count == 2)
        #expect(folder.read("out") == "3\n")
        // As if it had been written long ago.
        var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
        utimensat(AT_FDCWD, folder.file("out"), &times, 0)
        try await destination.withSender(in: .quiet(clock: clock)) { sender in
            _ = try await sender.send(Batch(["4"]))
        }
        #expect(folder.names.count == 3)
        #expect(folder.read("out") == "4\n")
    }

    @Test func `Rotation does not wait for a quiet moment`() async throws {
        let destination = FileDestination(path: folder.file("out"), rotationSize: 1000)
        try await destination.withSender(in: .quiet()) { sender in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        for number in 0..<50 { _ = try await sender.send(Batch(["lane \(lane) number \(number)"])) }
                    }
                }
                try await group.waitForAll()
            }
        }
        let texts = folder.names.map { folder.read($0) ?? "" }
        #expect(texts.allSatisfy { $0.utf8.count <= 1000 })
        let lines = texts.flatMap { $0.split(separator: "\n") }
        #expect(Set(lines).count == 400 && lines.count == 400)
    }

    @Test func `A file that somebody renames or removes is begun anew under its name`() async throws {
        let destination = FileDestination(path: folder.file("out"))
        try await destination.withSender(in: .quiet()) { sender in
            _ = try await sender.send(Batch(["1"]))
            folder.rename("out", to: "out.1")
            _ = try await sender.send(Batch(["2"]))
            folder.remove("out")
            _ = try await sender.send(Batch(["3"]))
        }
        #expect(folder.read("out.1") == "1\n")
        #expect(folder.read("out") == "3\n")
    }

    // MARK: Several at once

    @Test func `Lanes share syncs, and lines are never mixed`() async throws {
        let file = try AppendingFile(path: folder.file("out"), clock: SystemClock())
        try await file.open()
        let part = String(repeating: "x", count: 2_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<64 {
                group.addTask {
                    for number in 0..<4 {
                        try await file.append(Batch((0..<5).map { "\(lane)-\(number)-\($0)-\(part)" }).lines())
                    }
                }
            }
            try await group.waitForAll()
        }
        let syncs = await file.syncCount
        #expect(syncs > 0 && syncs <= 128, "\(syncs) syncs for 256 batches")
        await file.close()
        let lines = (folder.read("out") ?? "").split(separator: "\n")
        #expect(lines.count == 64 * 4 * 5)
        #expect(Set(lines).count == lines.count)
        #expect(lines.allSatisfy { $0.hasSuffix("-" + part) && $0.utf8.count < 2_020 })
        // A batch's lines stand together.
        let batches = stride(from: 0, to: lines.count, by: 5).map { lines[$0..<($0 + 5)] }
        #expect(
            batches.allSatisfy { batch in
                Set(batch.map { $0.split(separator: "-").prefix(2).joined(separator: "-") }).count == 1
            })
    }

    @Test func `Without sync nobody waits for the disk`() async throws {
        let file = try AppendingFile(path: folder.file("out"), syncs: false, clock: SystemClock())
        try await file.open()
        try await file.append(ByteBlock("a\n"))
        #expect(await file.syncCount == 0)
        #expect(folder.read("out") == "a\n")
        await file.close()
    }

    @Test func `Two flows with destinations of their own append to one file, also while it rotates`() async throws {
        let path = folder.file("out")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for flow in 0..<2 {
                group.addTask {
                    let destination = FileDestination(path: path, syncs: false, rotationSize: 4_000)
                    try await destination.withSender(in: .quiet()) { sender in
                        for number in 0..<200 {
                            _ = try await sender.send(Batch((0..<3).map { "flow \(flow) \(number) \($0)" }))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let lines = folder.names.flatMap { (folder.read($0) ?? "").split(separator: "\n") }
        #expect(lines.count == 1_200 && Set(lines).count == 1_200)
        #expect(lines.allSatisfy { $0.hasPrefix("flow ") })
    }
}

/// Whether a test may mount a file system here.
enum Mount {
    static let isPossible: Bool = {
        let folder = TemporaryFolder()
        guard geteuid() == 0, mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount(folder.path) == 0
    }()
}
