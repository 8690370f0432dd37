public import IntegrationCore
public import IntegrationDocument

extension Batch {
    /// The records of a run as messages: ids from the stream's identity and each record's position, metadata from the
    /// stream (`file`, and `header` where there is one).
    ///
    /// - Parameters:
    ///   - component: the name that records which are too long fail under.
    ///   - fresh: gives the first of so many fresh ids, for streams without identity.
    public init(
        _ run: RecordRun, arena: Arena, component: String, fresh: (Int) -> MessageID?
    ) {
        arena.attach(run.block, as: Arena.sourceBase)
        var builder = Builder(arena, capacity: 8)
        let object = builder.open()
        builder.append(string: "file")
        builder.append(string: run.path)
        if let header = run.header {
            builder.append(string: "header")
            builder.append(arena.makeString(UnsafeBufferPointer(start: header.start, count: header.count)))
        }
        builder.close(object, .object, count: run.header == nil ? 1 : 2)
        let metadata = builder.finish()
        let first = run.identity == 0 ? fresh(run.records.count) : nil
        var messages: [Message] = []
        messages.reserveCapacity(run.records.count)
        var failures: [FailedMessage] = []
        for (index, record) in run.records.enumerated() {
            let id =
                first.map { MessageID(high: $0.high, low: $0.low &+ UInt64(index)) }
                ?? MessageID(seed: run.identity, position: UInt64(record.position))
            let message = Message(
                id: id, origin: index,
                body: Slice(base: Arena.sourceBase, offset: record.offset, length: record.length), metadata: metadata)
            if record.isTooLong {
                let error = IntegrationError(
                    .messageTooLarge, "the record at byte \(record.position) is larger than \(record.length) bytes",
                    component: component)
                failures.append(FailedMessage(message: message, error: error))
            } else {
                messages.append(message)
            }
        }
        self.init(arena: arena, messages: messages, failures: failures)
    }
}
