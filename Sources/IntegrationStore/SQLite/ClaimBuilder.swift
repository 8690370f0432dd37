internal import IntegrationCore

/// Gathers the messages of a claim.
struct ClaimBuilder {
    static let columns = "key, id, attempts, receives, suspects, received, source, metadata, resume, body"

    let count: Int
    let bytes: Int
    let file: String
    private(set) var block: [UInt8] = []
    private(set) var messages: [ClaimedMessage] = []
    private(set) var entries: [LeaseMemory.Entry] = []

    init(count: Int, bytes: Int, file: String) {
        self.count = count
        self.bytes = bytes
        self.file = file
    }

    var isEmpty: Bool { messages.isEmpty }

    /// Whether no more would be taken, whatever its size.
    var isFull: Bool { messages.count >= count || !isEmpty && block.count >= bytes }

    /// Whether the one message is suspect.
    var isSuspect: Bool { messages.first?.suspectCount ?? 0 > 0 }

    /// Takes the message of the current row.
    ///
    /// - Returns: false where it doesn't fit any more.
    /// - Throws: `storeDamaged`.
    mutating func add(_ row: Statement) throws(IntegrationError) -> Bool {
        let sequence = MessageKey.sequence(row.integer(0))
        let (metadata, body) = (row.bytes(7), row.bytes(9))
        guard isEmpty || messages.count < count && block.count + metadata.count + body.count <= bytes else {
            return false
        }
        guard let id = row.optionalID(1), let resume = Packing.resumePoints(row.bytes(8)) else {
            throw IntegrationError(.storeDamaged, "\(file): the row of message \(sequence) is malformed")
        }
        let bodyStart = block.count
        block.append(contentsOf: body)
        let metadataStart = block.count
        block.append(contentsOf: metadata)
        messages.append(
            ClaimedMessage(
                sequence: sequence, id: id, body: bodyStart..<metadataStart,
                metadata: row.isNull(7) ? nil : metadataStart..<block.count, attempts: Int(row.integer(2)),
                receiveCount: Int(row.integer(3)) + 1, suspectCount: Int(row.integer(4)), received: row.time(5),
                source: row.optionalText(6), resume: resume))
        entries.append(
            LeaseMemory.Entry(sequence: sequence, size: body.count + metadata.count + row.size(8)))
        return true
    }
}
