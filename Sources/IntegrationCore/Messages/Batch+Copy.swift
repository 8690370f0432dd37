public import IntegrationDocument

extension Batch {
    /// Some of the messages, copied into an arena of their own: bodies as bytes, metadata; nothing of it refers to this
    /// batch. Origins are indices into the copy.
    ///
    /// - Parameter arena: an empty one.
    public func copy(of indices: some Sequence<Int>, into copy: Arena) -> Batch {
        var out = OutputBuffer()
        var copies: [Message] = []
        var origins: [Int] = []
        for index in indices {
            let message = messages[index]
            origins.append(message.origin)
            let start = out.count
            message.writeBody(in: arena, to: &out)
            let body = Slice(base: Arena.sourceBase, offset: start, length: out.count - start)
            var metadata: UnsafePointer<Word>?
            if let known = message.metadata {
                var builder = Builder(copy)
                builder.copy(foreign: arena.view(known))
                metadata = builder.finish()
            }
            copies.append(
                Message(
                    id: message.id, origin: copies.count, body: body, metadata: metadata, attempts: message.attempts,
                    receiveCount: message.receiveCount))
        }
        copy.attach(out.takeBlock(), as: Arena.sourceBase)
        var batch = Batch(arena: copy, messages: copies)
        batch.joint = joint?.part(origins)
        return batch
    }
}
