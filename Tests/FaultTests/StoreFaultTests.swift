import Glibc
import IntegrationCore
import Testing

/// The whole engine over a store that fails below it.
@Suite("Faults of the store", .serialized, .timeLimit(.minutes(10)))
struct StoreFaultTests {
    /// As many writes fail as `INTEGRATION_FAULTS` says.
    private static let failures = KillTests.number("INTEGRATION_FAULTS") ?? 20
    private static let topology = Topology.queueToQueues

    private func journey(of count: Int = 200, padding: Int = 0) throws -> Journey {
        try Journey(Self.topology, seed: KillTests.seed, orders: count, padding: padding)
    }

    @Test("Writes that fail hold the flows back; nothing is lost or doubled when the disk works again")
    func failingWrites() async throws {
        var random = RandomSource(seed: KillTests.seed)
        for number in 0..<Self.failures {
            let first = Int.random(in: 1...60, using: &random)
            let code = number.isMultiple(of: 2) ? ENOSPC : EIO
            let fault = "store-append:errno=\(code):\(first)-\(first + Int.random(in: 0...4, using: &random))"
            let journey = try journey(of: 60)
            let ended = try journey.run(failing: fault)
            #expect(ended.status == 0, "\(fault), seed \(KillTests.seed): \(ended.words)")
            try await journey.expectEverythingInItsPlace(fault)
        }
    }

    private static let strace = "/usr/bin/strace"
    /// Whether processes may be traced here.
    private static let canTrace =
        access(strace, X_OK) == 0
        && (try? Executable.run(["--version"], in: Folder(), launcher: [strace, "-f", "-o", "/dev/null"]))?.status == 0

    @Test(
        "A sync that fails holds the flows back; nothing is lost or doubled",
        .enabled(if: canTrace, "SKIPPED: syncs can only be made to fail by strace (apt-get install strace)"),
        arguments: ["EIO:when=7..8", "ENOSPC:when=9..20", "EIO:when=9+9"])
    func failingSyncs(fault: String) async throws {
        let journey = try journey(of: 100)
        // The store is made: a new one that can't be synced is refused at once (75).
        #expect(try journey.run(failing: "after-receive:kill:3").status == 1000 + SIGKILL)
        let ended = try journey.run(
            launcher: [
                Self.strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                "inject=fdatasync:error=\(fault)",
            ])
        #expect(ended.status == 0, "\(fault): \(ended.words)")
        #expect(ended.words.contains("IE510"), "no sync failed: \(ended.words)")
        try await journey.expectEverythingInItsPlace(fault)
    }

    @Test(
        "A disk that is full holds the flows back until there is room again",
        .enabled(if: geteuid() == 0, "SKIPPED: a small disk can only be mounted by root"))
    func fullDisk() async throws {
        let journey = try journey(padding: 20_000)
        let data = journey.folder.path("data")
        mkdir(data, 0o700)
        try #require(mount("tmpfs", data, "tmpfs", 0, "size=2m") == 0, "mount: \(String(cString: strerror(errno)))")
        defer { umount(data) }
        let child = try Child(
            ["run", "--until-idle", "--log-level", "warning"], folder: journey.folder,
            output: journey.folder.path(".stdout"), words: .pipe)
        let words = try child.words(upTo: "IE5104")
        #expect(words.contains("the flow holds back"))
        try #require(mount("tmpfs", data, "tmpfs", UInt(MS_REMOUNT), "size=64m") == 0)
        let rest = try child.restOfWords()
        #expect(child.wait() == 0, "\(words)\(rest)")
        try await journey.expectEverythingInItsPlace("full disk")
    }

    @Test("A file of the store that is cut off or overwritten is refused with what is wrong, or loses nothing")
    func damagedFile() async throws {
        let whole = try journey(of: 100)
        // Work is left, and the log was moved into the file.
        #expect(try whole.run(failing: "after-receive:term:9").status == 0)
        let bytes = try Folder.bytes(whole.folder.path("data/integration.db"))
        var random = RandomSource(seed: KillTests.seed)
        for number in 0..<Self.failures {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            var damaged = bytes
            if number.isMultiple(of: 2) {
                damaged = Array(bytes[..<place])
            } else {
                let end = min(bytes.count, place + 64)
                for index in place..<end { damaged[index] ^= 0xA5 }
            }
            try whole.folder.put(damaged, "data/integration.db")
            for file in ["data/integration.db-wal", "data/integration.db-shm"] { unlink(whole.folder.path(file)) }
            let ended = try whole.run()
            let isCut = number.isMultiple(of: 2)
            let what = "\(isCut ? "cut at" : "overwritten at") \(place), seed \(KillTests.seed)"
            #expect(ended.status == 0 || ended.status == 1, "\(what): \(ended.status)\n\(ended.words)")
            #expect(ended.status == 0 || ended.words.contains("IE51"), "\(what): \(ended.words)")
            #expect(!isCut || ended.status == 1 && ended.words.contains("IE5102"), "\(what): \(ended.words)")
        }
    }

    @Test("A second engine on a data folder is told who has it, and ends")
    func twoEngines() async throws {
        let journey = try journey()
        let first = try Child(
            ["run", "--until-idle"], folder: journey.folder,
            environment: ["INTEGRATION_FAILPOINT=after-receive:stop:3"],
            output: journey.folder.path(".first"), words: .file(journey.folder.path(".first.words")))
        try first.waitUntilStopped()
        let second = try journey.run()
        // Its socket is in use as well, and looked at first.
        #expect(second.words.contains("IE4606") || second.words.contains("IE5101"), "\(second.words)")
        #expect(second.words.contains("process \(first.process)"), "\(second.words)")
        #expect(second.status == 75, "\(second.words)")
        first.send(SIGCONT)
        #expect(first.wait() == 0)
        try await journey.expectEverythingInItsPlace("two engines")
    }

    @Test("What was stopped past its lease may not settle: the messages come again, and none is there twice")
    func stoppedPastTheLease() async throws {
        let journey = try journey()
        try journey.folder.write(
            "integration.yaml",
            Self.topology.configuration.replacing("name: orders,", with: "name: orders, visibility_timeout: 1s,"))
        let child = try Child(
            ["run", "--until-idle", "--log-level", "warning"], folder: journey.folder,
            environment: ["INTEGRATION_FAILPOINT=dead-letter-write:stop:4"], output: journey.folder.path(".stdout"),
            words: .file(journey.folder.path(".stderr")))
        try child.waitUntilStopped()
        child.wait(seconds: 1.5)
        child.send(SIGCONT)
        let status = child.wait()
        let words = try journey.folder.read(".stderr")
        #expect(status == 0, "\(words)")
        #expect(words.contains("a lease was lost; its messages come back"), "\(words)")
        try await journey.expectEverythingInItsPlace("stopped past the lease")
    }

    @Test("A kill in the middle of a reload loses and doubles nothing")
    func killedInReload() async throws {
        let journey = try journey()
        let child = try Child(
            ["run"], folder: journey.folder, environment: ["INTEGRATION_FAILPOINT=after-ack:sleep=20:1-,reload:kill"],
            output: journey.folder.path(".first"), words: .file(journey.folder.path(".first.words")))
        // The first that finds the engine is the one that it dies of.
        var words = ""
        for _ in 0..<200 where !child.hasEnded {
            child.wait(seconds: 0.05)
            words = try Executable.run("reload", in: journey.folder).words
        }
        child.send(SIGTERM)
        #expect(child.wait() == 1000 + SIGKILL, "\(words)")
        #expect(try journey.run().status == 0)
        try await journey.expectEverythingInItsPlace("killed in a reload")
    }

    @Test("A message that ends the engine each time it is alone becomes a dead letter; its neighbours get through")
    func poison() async throws {
        let journey = try journey(of: 7)
        // The first delivery is that of the other flow.
        for hit in [2, 1, 1] {
            #expect(try journey.run(failing: "after-send:kill:\(hit)").status == 1000 + SIGKILL)
        }
        let ended = try journey.run()
        #expect(ended.status == 0, "\(ended.words)")
        let judge = try await Judge(journey.orders, count: 7, Self.topology, in: journey.folder)
        #expect(judge.lost.count == 1)
        #expect(judge.wrong.count == 1 && judge.wrong[0].hasPrefix("dead: "))
        #expect(judge.copies == 0)
    }
}
