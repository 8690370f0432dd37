internal import IntegrationCore

/// A dead letter's row.
extension StoredDeadLetter {
    static let columns = """
        d.id, d.queue, d.message, d.flow, d.flow_version, d.source, d.source_queue, d.step, d.destination, d.code, \
        d.reason, d.path, d.causes, d.attempts, d.receives, d.received, d.failed, d.trace, d.size, d.edited
        """
    static let wholeColumns = columns + ", b.body, b.metadata, b.failing"
    static let wholeTable = "dead_letters d JOIN dead_letter_bodies b ON b.number = d.number"

    /// Reads `columns`.
    init(listed row: Statement) {
        self.init(row, body: [], metadata: nil, failingBody: nil)
    }

    /// Reads `wholeColumns`.
    init(whole row: Statement) {
        self.init(row, body: row.array(20), metadata: row.optionalArray(21), failingBody: row.optionalArray(22))
    }

    private init(_ row: Statement, body: [UInt8], metadata: [UInt8]?, failingBody: [UInt8]?) {
        let letter = DeadLetterRecord(
            queue: row.text(1), message: row.id(2), flow: row.text(3), flowVersion: row.text(4), source: row.text(5),
            sourceQueue: row.optionalText(6).map { QueueName($0) }, step: row.text(7),
            destination: row.optionalText(8), code: row.text(9), reason: row.text(10), path: row.optionalText(11),
            causes: row.text(12).split(separator: "\u{1F}").map(String.init), attempts: Int(row.integer(13)),
            receiveCount: Int(row.integer(14)), received: row.time(15), failed: row.time(16),
            trace: row.optionalText(17), body: body, metadata: metadata, failingBody: failingBody)
        self.init(id: row.id(0), letter: letter, size: Int(row.integer(18)), isEdited: row.integer(19) != 0)
    }
}
