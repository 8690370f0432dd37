internal import IntegrationCore

/// Examines a data folder; every call blocks.
struct StoreInspection {
    let folder: DataFolder

    func examine() -> StoreHealth {
        var health = StoreHealth()
        health.owner = FolderLock.holder(folder.lock)
        for file in [folder.database, folder.log] { health.files[file] = folder.size(file) }
        for (path, widest) in [(folder.path, 0o700), (folder.database, 0o600), (folder.log, 0o600)] {
            guard let mode = folder.mode(path), mode & ~widest != 0 else { continue }
            health.problems.append(
                IntegrationError(
                    .storeUnusable, "\(path) is open to others (mode \(String(mode, radix: 8)))",
                    remedy: "chmod \(String(widest, radix: 8)) \(path)"))
        }
        do throws(IntegrationError) {
            let connection = try folder.open(.reader)
            try Schema.requireCurrent(connection)
            health.layout = Schema.steps.count
            try connection.read { () throws(IntegrationError) in try examine(connection, &health) }
        } catch {
            health.problems.append(error)
        }
        return health
    }

    private func examine(_ connection: Connection, _ health: inout StoreHealth) throws(IntegrationError) {
        for words in try connection.statement("PRAGMA integrity_check(20)").map({ $0.text(0) }) where words != "ok" {
            health.problems.append(IntegrationError(.storeDamaged, "\(folder.database): \(words)"))
        }
        for difference in try differences(connection) {
            health.canBeMended = true
            health.problems.append(
                IntegrationError(
                    .storeDamaged, "\(folder.database): \(difference)",
                    remedy: "Stop the engine and let `integration doctor --mend` set the counters right."))
        }
        let orphans = [
            ("messages of a queue that is not listed", "messages WHERE key >> 40 NOT IN (SELECT number FROM queues)"),
            (
                "dead letters without their bodies",
                "dead_letters WHERE number NOT IN (SELECT number FROM dead_letter_bodies)"
            ),
            (
                "messages beyond the end of their queue",
                "messages m JOIN queues q ON q.number = m.key >> 40 WHERE m.key & 0xFFFFFFFFFF >= q.next"
            ),
        ]
        for (words, rows) in orphans {
            guard let count = try connection.integer("SELECT count(*) FROM \(rows)"), count > 0 else { continue }
            health.problems.append(IntegrationError(.storeDamaged, "\(folder.database): \(count) \(words)"))
        }
    }

    private static let counted = """
        SELECT q.name, q.messages, q.bytes, count(m.key), coalesce(sum(
            length(m.body) + coalesce(length(m.metadata), 0) + coalesce(length(m.resume), 0)), 0), q.number
        FROM queues q LEFT JOIN messages m ON m.key >= q.number << 40 AND m.key < (q.number + 1) << 40
        GROUP BY q.number ORDER BY q.name
        """
    private static let totals = [
        ("dead_letter_bytes", "SELECT coalesce(sum(stored), 0) FROM dead_letters"),
        ("event_bytes", "SELECT coalesce(sum(size), 0) FROM events"),
    ]

    /// Counters that are not what is counted, in words.
    private func differences(_ connection: Connection) throws(IntegrationError) -> [String] {
        var found = try connection.statement(Self.counted).map { row in
            let (kept, counted) = ([row.integer(1), row.integer(2)], [row.integer(3), row.integer(4)])
            return kept == counted
                ? nil
                : """
                queue `\(row.text(0))` counts \(kept[0]) messages of \(kept[1]) bytes, and holds \(counted[0]) of \
                \(counted[1])
                """
        }.compactMap(\.self)
        for (name, sql) in Self.totals {
            let kept = try connection.integer("SELECT value FROM meta WHERE name = '\(name)'") ?? 0
            let counted = try connection.integer(sql) ?? 0
            if kept != counted { found.append("`\(name)` is \(kept), and \(counted) are there") }
        }
        return found
    }

    /// Sets the counters to what is counted.
    ///
    /// - Throws: `storeInUse` while a process has the folder open.
    func mend() throws(IntegrationError) {
        let lock = try FolderLock(folder.lock)
        let connection = try folder.open(.owner)
        try Schema.requireCurrent(connection)
        try connection.transaction(.full) { () throws(IntegrationError) in
            let counts = try connection.statement(Self.counted).map { ($0.integer(5), $0.integer(3), $0.integer(4)) }
            let statement = try connection.statement(
                """
                UPDATE queues SET messages = ?2, bytes = ?3, next = max(next, coalesce(
                    (SELECT max(key) & 0xFFFFFFFFFF FROM messages
                        WHERE key >= ?1 << 40 AND key < (?1 + 1) << 40) + 1, 0))
                WHERE number = ?1
                """)
            for (number, messages, bytes) in counts {
                statement.bind(1, number)
                statement.bind(2, messages)
                statement.bind(3, bytes)
                try statement.run()
            }
            for (name, sql) in Self.totals {
                try connection.execute("UPDATE meta SET value = (\(sql)) WHERE name = '\(name)'")
            }
        }
        withExtendedLifetime(lock) {}
    }
}
