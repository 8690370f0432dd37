internal import IntegrationCore

/// A queue's row.
extension QueueMemory {
    static let columns =
        "number, name, next, messages, bytes, max_messages, max_bytes, retention_ms, retention_bytes"

    static func read(_ row: Statement) -> (QueueName, QueueMemory) {
        let retention = Retention(age: row.optionalTime(7), bytes: row.optionalInteger(8).map(Int.init))
        let settings = QueueSettings(
            maxMessages: row.optionalInteger(5).map(Int.init), maxBytes: row.optionalInteger(6).map(Int.init),
            retention: retention)
        let queue = QueueMemory(
            number: row.integer(0), settings: settings, next: UInt64(row.integer(2)), messages: Int(row.integer(3)),
            bytes: Int(row.integer(4)))
        return (QueueName(row.text(1)), queue)
    }

    /// Writes the row, whether it is there or not.
    func write(_ name: QueueName, _ connection: Connection) throws(IntegrationError) {
        let statement = try connection.statement(
            """
            INSERT INTO queues(\(Self.columns)) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT(number) DO UPDATE SET next = ?3, messages = ?4, bytes = ?5, max_messages = ?6, max_bytes = ?7,
                retention_ms = ?8, retention_bytes = ?9
            """)
        statement.bind(1, number)
        statement.bind(2, name.text)
        statement.bind(3, Int64(next))
        statement.bind(4, messages)
        statement.bind(5, bytes)
        statement.bind(6, settings.maxMessages.map(Int64.init))
        statement.bind(7, settings.maxBytes.map(Int64.init))
        statement.bind(8, settings.retention.age?.milliseconds)
        statement.bind(9, settings.retention.bytes.map(Int64.init))
        try statement.run()
    }
}
