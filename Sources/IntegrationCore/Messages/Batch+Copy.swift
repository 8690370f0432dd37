public import IntegrationDocument

extension Batch {
    /// The live messages with memory of their own, for whoever has to write into it while others read this batch.
    ///
    /// Bodies are copied as they would leave; a copy's `origin` is its index here.
    public func copy(into arena: Arena) -> Batch {
        var out = OutputBuffer()
        var copies: [Message] = []
        for (index, message) in messages.enumerated() {
            let start = out.count
            message.writeBody(in: self.arena, to: &out)
            let body = Slice(base: Arena.sourceBase, offset: start, length: out.count - start)
            var metadata: UnsafePointer<Word>?
            if let known = message.metadata {
                var builder = Builder(arena)
                builder.copy(foreign: self.arena.view(known))
                metadata = builder.finish()
            }
            copies.append(
                Message(
                    id: message.id, origin: index, body: body, metadata: metadata, attempts: message.attempts,
                    receiveCount: message.receiveCount))
        }
        arena.attach(out.takeBlock(), as: Arena.sourceBase)
        return Batch(arena: arena, messages: copies)
    }
}
