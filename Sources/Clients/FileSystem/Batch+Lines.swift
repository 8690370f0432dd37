public import IntegrationCore
public import IntegrationDocument

extension Batch {
    /// The bodies of the live messages, a line each. A body that itself holds line feeds is written as minimal JSON
    /// where it is a document; otherwise its line feeds stay.
    public func lines() -> ByteBlock {
        var out = OutputBuffer(capacity: messages.count * 512)
        for message in messages {
            if let document = message.document, let bytes = message.bytes, arena.bytes(bytes).contains(10) {
                out.append(arena.view(document))
            } else {
                message.writeBody(in: arena, to: &out)
            }
            out.append(UInt8(ascii: "\n"))
        }
        return out.takeBlock()
    }
}
