import Glibc
import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationStore

@Suite struct DamageTests {
    private static let texts = (0..<400).map { "message \($0) " + String(repeating: "x", count: 300) }

    /// A stopped store with some of everything in it.
    private func filled() async throws -> SQLiteHome {
        let home = SQLiteHome()
        try await home.withStore(clock: ManualClock()) { store in try await fill(store) }
        return home
    }

    private func fill(_ store: any Store) async throws {
        for start in stride(from: 0, to: Self.texts.count, by: 40) {
            try await store.put(Array(Self.texts[start..<start + 40]), in: "q", firstID: UInt64(start))
        }
        var change = StoreChange()
        change.events = (0..<50).map { EventRecord(time: .seconds($0), kind: "k", flow: "f") }
        change.positions = [StreamProgress(stream: StreamKey(source: "s", identity: "i"), completed: [0..<9, 12..<14])]
        try await store.commit(change)
    }

    /// Opens and reads everything: what is there, or the error that says why not.
    private func readAll(_ home: SQLiteHome) async throws -> Result<[String], IntegrationError> {
        do {
            return try await home.withStore(clock: ManualClock()) { store in
                var texts: [String] = []
                while let claim = try await store.claim(from: "q", count: 50, bytes: 1 << 20, for: .seconds(9)) {
                    texts += claim.messages.map { String(decoding: claim.block[$0.body], as: UTF8.self) }
                }
                _ = try await store.queues()
                _ = try await store.events(EventFilter(), before: nil, limit: 100)
                _ = try await store.positions(of: "s")
                try await store.put(["one more"], in: "q", firstID: 1 << 40)
                return .success(texts)
            }
        } catch let error as IntegrationError {
            return .failure(error)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a layout that is no longer ours is damage, which nobody waits to go away`() async throws {
        let home = try await filled()
        var bytes = try read(home.file("integration.db"))
        let column = Array("at INTEGER NOT NULL".utf8)
        let places = bytes.indices.filter { bytes[$0...].starts(with: column) }
        for place in places { bytes[place + 1] = UInt8(ascii: "x") }
        #expect(!places.isEmpty)
        try write(bytes, to: home.file("integration.db"))
        guard case .failure(let error) = try await readAll(home) else {
            Issue.record("events were read from a column that is not there")
            return
        }
        #expect(error.code == .storeDamaged, "\(error)")
        #expect(!error.isRetryable)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 400])
    func `messages that are counted and can't be found are damage, which nobody waits for`(left: Int) async throws {
        let home = try await filled()
        do {
            let connection = try DataFolder(path: home.path).open(.owner)
            try connection.execute("DELETE FROM messages WHERE key & 0xFFFFFFFFFF >= \(left)")
            try connection.execute("UPDATE queues SET messages = 402")
        }
        let error = await #expect(throws: IntegrationError.self) {
            try await home.withStore(clock: ManualClock()) { store in
                while let claim = try await store.claim(from: "q", count: 50, bytes: 1 << 20, for: .seconds(9)) {
                    var change = StoreChange()
                    change.acknowledge = [
                        Acknowledgement(lease: claim.lease, sequences: claim.messages.map(\.sequence))
                    ]
                    try await store.commit(change)
                }
            }
        }
        #expect(error?.code == .storeDamaged)
        #expect(error?.message.contains("queue `q` counts") == true)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a file that is cut off anywhere is refused with how much of it is there`() async throws {
        let home = try await filled()
        let whole = try read(home.file("integration.db"))
        var cuts = [0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, whole.count - 4096, whole.count - 1]
        cuts += stride(from: 8192, to: whole.count, by: whole.count / 13)
        for cut in cuts {
            let copy = SQLiteHome()
            try write(Array(whole[..<cut]), to: copy.file("integration.db"))
            guard case .failure(let error) = try await readAll(copy) else {
                Issue.record("a file cut to \(cut) of \(whole.count) bytes was opened")
                continue
            }
            #expect(error.code == .storeDamaged, "cut at \(cut): \(error)")
            #expect(error.message.contains(copy.file("integration.db")), "cut at \(cut): \(error)")
            #expect(try read(copy.file("integration.db")).count == cut, "a damaged file is left as it is")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a page that was overwritten is an error or changes nothing, and never a wrong message`() async throws {
        let home = try await filled()
        let whole = try read(home.file("integration.db"))
        var random = RandomSource(seed: 11)
        var refused = 0
        let expected = Set(Self.texts)
        for page in stride(from: 0, to: whole.count, by: 4096) {
            for pattern in 0..<3 {
                let copy = SQLiteHome()
                var bytes = whole
                for place in page..<page + 4096 where pattern < 2 || place < page + 24 {
                    bytes[place] = pattern == 0 ? 0 : UInt8.random(in: 0...255, using: &random)
                }
                try write(bytes, to: copy.file("integration.db"))
                switch try await readAll(copy) {
                case .failure(let error):
                    refused += 1
                    let codes: [ErrorCode] = [
                        .storeDamaged, .storageFailed, .storeUnusable, .storeTooNew, .storageFull,
                    ]
                    #expect(codes.contains(error.code), "page \(page / 4096): \(error)")
                case .success(let texts):
                    #expect(expected.isSuperset(of: texts), "page \(page / 4096)")
                }
            }
        }
        #expect(refused > whole.count / 4096)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a log that is cut off or damaged loses what was behind the damage, and nothing before`() async throws {
        let home = SQLiteHome()
        let killed = try await home.withStore(clock: ManualClock()) { store in
            try await fill(store)
            return try home.copy()
        }
        let log = try read(killed.file("integration.db-wal"))
        #expect(log.count > 100_000)
        var last = 0
        for cut in stride(from: 0, through: log.count, by: log.count / 23) {
            for flips in [false, true] where cut < log.count || !flips {
                let copy = try killed.copy()
                var bytes = log
                if flips { bytes[cut] ^= 0xFF } else { bytes.removeLast(log.count - cut) }
                try write(bytes, to: copy.file("integration.db-wal"))
                guard case .success(let texts) = try await readAll(copy) else {
                    Issue.record("a log damaged at \(cut) kept the store from opening")
                    continue
                }
                #expect(texts == Array(Self.texts.prefix(texts.count)), "damaged at \(cut)")
                if !flips {
                    #expect(texts.count >= last, "cut at \(cut)")
                    last = texts.count
                }
            }
        }
        #expect(last == Self.texts.count)
    }
}
