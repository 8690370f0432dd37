import Glibc
import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationStore

@Suite struct DataFolderTests {
    /// Opens, and is refused.
    private func refusal(_ path: String) async -> IntegrationError? {
        do {
            try await SQLiteStore.withStore(in: path) { _ in }
            return nil
        } catch {
            return error as? IntegrationError
        }
    }

    @Test func `the folder is the owner's alone, and so are its files`() async throws {
        let home = SQLiteHome()
        let path = home.file("made/by/the/store")
        try await SQLiteStore.withStore(in: path, clock: ManualClock()) { store in
            try await store.put(["a"], in: "q")
            let folder = DataFolder(path: path)
            #expect(folder.mode(path) == 0o700)
            for name in entries(of: path) { #expect(folder.mode(path + "/" + name) == 0o600, "\(name)") }
            #expect(entries(of: path).count >= 3)
        }
        for name in entries(of: path) { unlink(path + "/" + name) }
        for folder in ["made/by/the/store", "made/by/the", "made/by", "made"] { rmdir(home.file(folder)) }
    }

    @Test func `a second owner is told which process has the folder, and gets it when that is through`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in
            let error = await refusal(home.path)
            #expect(error?.code == .storeInUse)
            #expect(error?.message.contains("process \(getpid())") == true)
            #expect(error?.message.contains(home.path) == true)
            try await store.put(["a"], in: "q")
        }
        #expect(await refusal(home.path) == nil)
    }

    @Test func `what a dead owner left in the lock file keeps nobody out`() async throws {
        let home = SQLiteHome()
        try write(Array("999999\n".utf8), to: home.file("integration.lock"))
        #expect(await refusal(home.path) == nil)
    }

    @Test func `a path that is no folder, or holds something else, is refused with what is wrong`() async throws {
        let home = SQLiteHome()
        try write([1], to: home.file("file"))
        let notAFolder = await refusal(home.file("file"))
        #expect(notAFolder?.code == .storeUnusable)
        try write(
            Array(String(repeating: "hello, this is a text file\n", count: 9).utf8), to: home.file("integration.db"))
        let other = await refusal(home.path)
        #expect(other?.code == .storeDamaged)
        #expect(other?.message.contains("begins with other bytes") == true)
        try write([], to: home.file("integration.db"))
        let empty = await refusal(home.path)
        #expect(empty?.code == .storeDamaged)
        #expect(empty?.message.contains("is empty") == true)
        unlink(home.file("integration.db"))
        try write([1, 2, 3], to: home.file("integration.db-wal"))
        let missing = await refusal(home.path)
        #expect(missing?.code == .storeDamaged)
        #expect(missing?.message.contains("is missing") == true)
    }

    @Test func `a file of an older layout is brought up to date with its data, one of a newer is left alone`()
        async throws
    {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in try await store.put(["a"], in: "q") }
        let database = home.file("integration.db")
        do {
            let connection = try Connection(database, .owner)
            let newer = Schema.steps + ["ALTER TABLE messages ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"]
            try Schema.migrate(connection, steps: newer)
            #expect(try connection.integer("PRAGMA user_version") == Int64(newer.count))
            #expect(try connection.text("SELECT CAST(body AS TEXT) || colour FROM messages") == "ared")
            try Schema.migrate(connection, steps: newer)
        }
        let before = try read(database)
        let error = await refusal(home.path)
        #expect(error?.code == .storeTooNew)
        #expect(try read(database) == before)
    }

    @Test func `a step that fails leaves the layout as it was`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in try await store.put(["a"], in: "q") }
        let connection = try Connection(home.file("integration.db"), .owner)
        #expect(throws: IntegrationError.self) {
            try Schema.migrate(connection, steps: Schema.steps + ["CREATE TABLE t(x)", "not SQL"])
        }
        #expect(try connection.integer("PRAGMA user_version") == Int64(Schema.steps.count))
        #expect(try connection.integer("SELECT count(*) FROM sqlite_master WHERE name = 't'") == 0)
    }

    @Test func `a stopped, a running and a killed engine's folder can be read by anybody`() async throws {
        let home = SQLiteHome()
        func texts(_ path: String) async throws -> [String] {
            try await SQLiteReader.withReader(of: path) { reader in
                try await reader.peek("q", offset: 0, limit: 9).map { String(decoding: $0.body, as: UTF8.self) }
            }
        }
        let killed = try await home.withStore(clock: ManualClock()) { store in
            try await store.put(["a", "b"], in: "q")
            #expect(try await texts(home.path) == ["a", "b"])
            return try home.copy()
        }
        #expect(try await texts(home.path) == ["a", "b"])
        #expect(try await texts(killed.path) == ["a", "b"])
        #expect(try await texts(killed.path) == ["a", "b"])
        do {
            _ = try await texts(home.file("nowhere"))
            Issue.record("a folder that is not there was read")
        } catch let error as IntegrationError {
            #expect(error.code == .storeUnusable)
        }
    }

    @Test func `who looks from within does not end the locks that keep other processes away`() async throws {
        let home = SQLiteHome()
        /// Locks that this process has through any of its handles of the file (proc(5), fdinfo).
        func locks() throws -> Int {
            let handles = entries(of: "/proc/self/fd").filter { handle in
                var target = [CChar](repeating: 0, count: 4096)
                let count = readlink("/proc/self/fd/\(handle)", &target, target.count)
                let bytes = target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self) == home.file("integration.db")
            }
            return try handles.reduce(0) { count, handle in
                let info = try String(decoding: read("/proc/self/fdinfo/\(handle)"), as: UTF8.self)
                return count + info.split(separator: "\n").count { $0.hasPrefix("lock:") && $0.contains("POSIX") }
            }
        }
        try await home.withStore(clock: ManualClock()) { store in
            try await store.put(["a"], in: "q")
            _ = try await store.queues()
            let held = try locks()
            #expect(held > 0)
            _ = await SQLiteStore.examine(home.path)
            try await SQLiteReader.withReader(of: home.path) { reader in _ = try await reader.queues() }
            _ = await refusal(home.path)
            #expect(try locks() == held)
        }
    }

    @Test func `who opens the file with another program sees queues by name and bodies as text`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in try await store.put(["hello"], in: "orders") }
        let connection = try Connection(home.file("integration.db"), .reader)
        #expect(
            try connection.text("SELECT queue || ' ' || sequence || ' ' || id || ' ' || body FROM queued")
                == "orders 0 00000000000000000000000000000001 hello")
    }

    @Test func `an examination finds counters that are wrong, and mending sets them right`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in
            try await store.put(["a", "bb"], in: "q")
            let health = await SQLiteStore.examine(home.path)
            #expect(health.owner == "\(getpid())")
            #expect(health.problems.map(\.message) == [])
            do throws(IntegrationError) {
                try await SQLiteStore.mend(home.path)
                Issue.record("a store that is in use was mended")
            } catch {
                #expect(error.code == .storeInUse)
            }
        }
        do {
            let connection = try Connection(home.file("integration.db"), .owner)
            try connection.execute("UPDATE queues SET messages = 7, next = 0")
        }
        chmod(home.file("integration.db"), 0o644)
        let health = await SQLiteStore.examine(home.path)
        #expect(health.owner == nil)
        #expect(health.canBeMended)
        #expect(health.problems.count == 3)
        #expect(health.problems.contains { $0.message.contains("counts 7 messages of 3 bytes, and holds 2 of 3") })
        #expect(health.problems.contains { $0.message.contains("2 messages beyond the end") })
        #expect(health.problems.contains { $0.remedy?.contains("chmod 600") == true })
        try await SQLiteStore.mend(home.path)
        chmod(home.file("integration.db"), 0o600)
        #expect(await SQLiteStore.examine(home.path).problems.map(\.message) == [])
        try await home.withStore(clock: ManualClock()) { store in
            try await store.put(["ccc"], in: "q")
            #expect(try await store.queues().map(\.messages) == [3])
        }
    }

    @Test(arguments: zip(Durability.allCases, [2, 1, 0] as [Int64]))
    func `a commit waits for what its durability says, a claim for no more than the system`(
        durability: Durability, level: Int64
    ) async throws {
        var home = SQLiteHome()
        home.settings.durability = durability
        try await SQLiteStore.withStore(in: home.path, settings: home.settings, clock: ManualClock()) { store in
            try await store.put(["a"], in: "q")
            #expect(try await store.writer.synchronousLevel() == level)
            _ = try await store.claim(from: "q", count: 1, bytes: 1, for: .seconds(9))
            #expect(try await store.writer.synchronousLevel() == min(level, 1))
        }
    }

    @Test func `the numbers of a queue begin anew when half of them are spent and it is empty`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in try await store.put(["a"], in: "q") }
        do {
            let connection = try Connection(home.file("integration.db"), .owner)
            try connection.execute("UPDATE queues SET next = (1 << 40) - 2")
        }
        try await home.withStore(clock: ManualClock()) { store in
            await #expect { try await store.put(["b", "c"], in: "q") } throws: {
                ($0 as? IntegrationError)?.code == .storeRefused
            }
            try await store.put(["b"], in: "q")
            #expect(try await store.purge("q") == 2)
            try await store.put(["c"], in: "q")
            #expect(try await store.peek("q", offset: 0, limit: 9).map(\.sequence) == [0])
            let claim = try await store.claim(from: "q", count: 9, bytes: 9, for: .seconds(9))
            #expect(claim?.messages.map(\.sequence) == [0])
        }
    }

    @Test func `what can't be kept is refused, and what is committed with it is not`() async throws {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in
            var outside = StoreChange()
            outside.enqueue = [
                Enqueue(
                    queue: "q", block: [1],
                    messages: [NewMessage(id: MessageID(high: 1, low: 1), body: 0..<2, received: .zero)])
            ]
            var nameless = StoreChange()
            nameless.enqueue = [Enqueue(queue: "", block: [], messages: [])]
            for change in [outside, nameless] {
                async let refused: StoreReceipt = store.commit(change)
                try await store.put(["good"], in: "good")
                do {
                    _ = try await refused
                    Issue.record("it was taken")
                } catch let error as IntegrationError {
                    #expect(error.code == .storeRefused)
                }
            }
            #expect(try await store.queues().map(\.messages) == [2])
        }
    }
}

extension SQLiteWriter {
    fileprivate func synchronousLevel() throws(IntegrationError) -> Int64? {
        try ready().integer("PRAGMA synchronous")
    }
}
