internal import IntegrationCore

/// The tables, as steps from one version of the layout (`PRAGMA user_version`) to the next.
enum Schema {
    /// Step `n` leads from version `n` to `n + 1`; a step that was published never changes.
    static let steps = [first]

    /// Brings a file to the newest version.
    ///
    /// - Throws: `storeTooNew`; the file is then as it was.
    static func migrate(_ connection: Connection, steps: [String] = steps) throws(IntegrationError) {
        let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        guard version <= steps.count else { throw tooNew(version, connection.path, known: steps.count) }
        guard version < steps.count else { return }
        try connection.transaction(.full) { () throws(IntegrationError) in
            for step in steps[version...] { try connection.execute(step) }
            try connection.execute("PRAGMA user_version=\(steps.count)")
        }
    }

    /// Refuses a file that this build can only read once it was opened for writing, or not at all.
    static func requireCurrent(_ connection: Connection) throws(IntegrationError) {
        let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        guard version <= steps.count else { throw tooNew(version, connection.path, known: steps.count) }
        guard version == steps.count else {
            throw IntegrationError(
                .storeUnusable, "\(connection.path) has layout \(version), and this build reads \(steps.count)",
                remedy: "Start the engine once with this folder: it brings the layout up to date.")
        }
    }

    private static func tooNew(_ version: Int, _ path: String, known: Int) -> IntegrationError {
        IntegrationError(.storeTooNew, "\(path) has layout \(version), and this build knows \(known) at most")
    }

    /// A message's key is its queue's number and its sequence, so the table is clustered by queue and needs no index.
    private static let first = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO meta VALUES('epoch', 0), ('dead_letter_bytes', 0), ('event_bytes', 0);

        CREATE TABLE queues(
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next INTEGER NOT NULL, messages INTEGER NOT NULL,
            bytes INTEGER NOT NULL, max_messages INTEGER, max_bytes INTEGER, retention_ms INTEGER,
            retention_bytes INTEGER);

        CREATE TABLE messages(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
            receives INTEGER NOT NULL, suspects INTEGER NOT NULL, received INTEGER NOT NULL, source TEXT,
            metadata BLOB, resume BLOB, body BLOB NOT NULL);
        CREATE INDEX messages_due ON messages(key >> 40, due) WHERE due > 0;
        CREATE INDEX messages_suspect ON messages(key) WHERE suspects > 0;

        CREATE TABLE leases(
            token INTEGER PRIMARY KEY, queue INTEGER NOT NULL, messages INTEGER NOT NULL, ranges BLOB NOT NULL);

        CREATE TABLE positions(
            source TEXT NOT NULL, stream TEXT NOT NULL, ranges BLOB NOT NULL, metadata BLOB,
            PRIMARY KEY(source, stream)) WITHOUT ROWID;

        CREATE TABLE ledger(
            flow TEXT NOT NULL, id BLOB NOT NULL, destination TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY(id, flow, destination)) WITHOUT ROWID;
        CREATE INDEX ledger_at ON ledger(at);

        CREATE TABLE state(
            namespace TEXT NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER,
            value BLOB NOT NULL, PRIMARY KEY(namespace, key)) WITHOUT ROWID;
        CREATE INDEX state_expires ON state(expires) WHERE expires IS NOT NULL;

        CREATE TABLE dead_letters(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, queue TEXT NOT NULL,
            message BLOB NOT NULL, flow TEXT NOT NULL, flow_version TEXT NOT NULL, source TEXT NOT NULL,
            source_queue TEXT, step TEXT NOT NULL, destination TEXT, code TEXT NOT NULL, reason TEXT NOT NULL,
            path TEXT, causes TEXT, attempts INTEGER NOT NULL, receives INTEGER NOT NULL, received INTEGER NOT NULL,
            failed INTEGER NOT NULL, trace TEXT, size INTEGER NOT NULL, stored INTEGER NOT NULL,
            edited INTEGER NOT NULL);
        CREATE INDEX dead_letters_message ON dead_letters(message);
        CREATE INDEX dead_letters_queue ON dead_letters(queue);
        CREATE INDEX dead_letters_flow ON dead_letters(flow);
        CREATE INDEX dead_letters_code ON dead_letters(code);
        CREATE TABLE dead_letter_bodies(
            number INTEGER PRIMARY KEY, body BLOB NOT NULL, metadata BLOB, failing BLOB);

        CREATE TABLE events(
            number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, flow TEXT NOT NULL,
            message BLOB, step TEXT, size INTEGER NOT NULL, detail BLOB);
        CREATE INDEX events_message ON events(message) WHERE message IS NOT NULL;
        CREATE INDEX events_flow ON events(flow);

        CREATE VIEW queued AS
            SELECT q.name AS queue, m.key & 0xFFFFFFFFFF AS sequence, hex(m.id) AS id, m.attempts, m.receives,
                m.suspects, datetime(m.received / 1000, 'unixepoch') AS received,
                CASE m.due WHEN 0 THEN NULL ELSE datetime(m.due / 1000, 'unixepoch') END AS due,
                CAST(m.metadata AS TEXT) AS metadata, CAST(m.body AS TEXT) AS body
            FROM messages m JOIN queues q ON q.number = m.key >> 40;
        CREATE VIEW dead AS
            SELECT d.queue, hex(d.id) AS id, hex(d.message) AS message, d.flow, d.step, d.destination, d.code, d.reason,
                datetime(d.failed / 1000, 'unixepoch') AS failed, CAST(b.body AS TEXT) AS body
            FROM dead_letters d JOIN dead_letter_bodies b USING(number);
        """
}
