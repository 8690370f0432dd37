import Glibc
import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationStore

extension SQLiteWriter {
    /// Lets the file grow to so many pages more; nil for as many as it likes.
    fileprivate func leaveRoom(pages: Int64?) throws(IntegrationError) {
        let used = try ready().integer("PRAGMA page_count") ?? 0
        try ready().execute("PRAGMA max_page_count=\(pages.map { used + $0 } ?? 1 << 30)")
    }
}

@Suite struct StorageFullTests {
    private static let large = String(repeating: "x", count: 20_000)

    /// Fills the store until it refuses.
    ///
    /// - Returns: how many messages were committed, and why not more.
    private func fill(_ store: SQLiteStore, from first: Int = 0) async -> (Int, IntegrationError?) {
        for number in first..<first + 4000 {
            do {
                try await store.put([Self.large], in: "q", firstID: UInt64(number))
            } catch {
                return (number, error as? IntegrationError)
            }
        }
        return (first + 4000, nil)
    }

    private func expectToGoOn(_ store: SQLiteStore, stored: Int) async throws {
        #expect(try await store.queues().first { $0.name == "q" }?.messages == stored)
        #expect(try await store.peek("q", offset: 0, limit: 10_000).map(\.id.low) == (0..<stored).map(UInt64.init))
        try await store.put(["again"], in: "q", firstID: UInt64(stored))
        #expect(try await store.queues().first { $0.name == "q" }?.messages == stored + 1)
    }

    @Test func `a store without room refuses what it is given, keeps what it has and goes on when there is room`()
        async throws
    {
        let home = SQLiteHome()
        try await SQLiteStore.withStore(in: home.path, clock: ManualClock()) { store in
            try await store.put([Self.large], in: "q", firstID: 0)
            try await store.writer.leaveRoom(pages: 60)
            let (stored, error) = await fill(store, from: 1)
            #expect(error?.code == .storageFull)
            #expect(error?.isRetryable == true)
            #expect((5...20).contains(stored))
            let claim = try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(9))
            #expect(claim?.messages.first?.id.low == 0)
            try await store.writer.leaveRoom(pages: nil)
            var back = StoreChange()
            if let claim { back.putBack = [PutBack(lease: claim.lease, sequence: claim.messages[0].sequence)] }
            try await store.commit(back)
            try await expectToGoOn(store, stored: stored)
        }
        #expect(await SQLiteStore.examine(home.path).problems.map(\.message) == [])
    }

    @Test func `what finds no room does not take along what is committed with it`() async throws {
        let home = SQLiteHome()
        try await SQLiteStore.withStore(in: home.path, clock: ManualClock()) { store in
            try await store.put(["first"], in: "q", firstID: 0)
            try await store.writer.leaveRoom(pages: 40)
            let taken = await withTaskGroup(of: Bool.self) { group in
                for number in 1...40 {
                    group.addTask {
                        let text = number % 4 == 0 ? String(repeating: "x", count: 400_000) : "small"
                        do {
                            try await store.put([text], in: "q", firstID: UInt64(number))
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 30)
            let ids = try await store.peek("q", offset: 0, limit: 99).map(\.id.low)
            #expect(Set(ids) == Set((0...40).filter { $0 == 0 || $0 % 4 != 0 }))
            #expect(ids.count == 31)
        }
        #expect(await SQLiteStore.examine(home.path).problems.map(\.message) == [])
    }

    private static let canMount = geteuid() == 0

    @Test(.enabled(if: canMount, "SKIPPED: a small disk can only be mounted by root"))
    func `a disk that is really full is survived, and the store goes on by itself when space returns`() async throws {
        let home = SQLiteHome()
        let disk = home.file("disk")
        mkdir(disk, 0o700)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=6m") == 0, "mount: \(String(cString: strerror(errno)))")
        defer {
            umount(disk)
            rmdir(disk)
        }
        let path = disk + "/data"
        try await SQLiteStore.withStore(in: path, clock: ManualClock()) { store in
            try write([UInt8](repeating: 1, count: 3 << 20), to: disk + "/ballast")
            let (stored, error) = await fill(store)
            #expect(error?.code == .storageFull, "\(String(describing: error))")
            #expect(stored > 10)
            unlink(disk + "/ballast")
            try await expectToGoOn(store, stored: stored)
        }
        #expect(await SQLiteStore.examine(path).problems.map(\.message) == [])
        try await SQLiteStore.withStore(in: path, clock: ManualClock()) { store in
            let queues = try await store.queues()
            #expect(queues.count == 1 && queues[0].messages > 10)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a write that fails is reported, what was in flight is handed out anew, and the store goes on`() async throws {
        let home = SQLiteHome()
        let lines = try ChildProcess("StoreVictim", [home.path, "limit"]).linesToTheEnd()
        let stored = try #require(lines.first.flatMap { Int($0) }, "\(lines)")
        #expect(stored > 50)
        #expect(
            lines.dropFirst() == [
                "fill: IE5105 storageFailed", "late: IE5108 leaseLost", "again: id 0, suspect 0", "more: taken",
            ])
        #expect(await SQLiteStore.examine(home.path).problems.map(\.message) == [])
        try await home.withStore(clock: ManualClock()) { store in
            let ids = try await store.peek("q", offset: 0, limit: 10_000).map(\.id.low)
            #expect(ids == Array(0...UInt64(stored)))
        }
    }

    @Test func `a file that is damaged while it is open is reported, and the store goes on when it is repaired`()
        async throws
    {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in
            for number in 0..<40 { try await store.put([Self.large], in: "q", firstID: UInt64(number)) }
        }
        try await SQLiteStore.withStore(in: home.path, clock: ManualClock()) { store in
            let whole = try read(home.file("integration.db"))
            try write(Array(whole.prefix(8192)), to: home.file("integration.db"))
            for _ in 0..<3 {
                do throws(IntegrationError) {
                    _ = try await store.claim(from: "q", count: 100, bytes: .max, for: .seconds(9))
                    Issue.record("messages were claimed from a file that is cut off")
                } catch {
                    #expect(error.code == .storeDamaged, "\(error)")
                }
            }
            try write(whole, to: home.file("integration.db"))
            let claim = try await store.claim(from: "q", count: 100, bytes: .max, for: .seconds(9))
            #expect(claim?.messages.count == 40)
        }
    }
}
