internal import Glibc
public import IntegrationCore
public import IntegrationDocument

extension Batch {
    /// The bodies of the live messages, a line each. A body that itself holds line feeds is written as minimal JSON
    /// where it is JSON; otherwise its line feeds stay.
    public func lines() -> ByteBlock {
        var out = OutputBuffer(capacity: messages.count * 512)
        for message in messages {
            if let bytes = message.bytes.map(arena.bytes), bytes.hasLineFeed {
                Self.append(message, bytes, arena, to: &out)
            } else {
                message.writeBody(in: arena, to: &out)
            }
            out.append(UInt8(ascii: "\n"))
        }
        return out.takeBlock()
    }

    private static func append(
        _ message: Message, _ bytes: UnsafeBufferPointer<UInt8>, _ arena: Arena, to out: inout OutputBuffer
    ) {
        if let document = message.document {
            out.append(arena.view(document))
            return
        }
        do throws(ParseError) {
            // Not in the batch's arena: other destinations may be reading it.
            out.append(try Document(bytes).json)
        } catch {
            // Not JSON, so what was written of it is the text as it came.
            out.append(bytes)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var hasLineFeed: Bool {
        guard let baseAddress else { return false }
        return memchr(baseAddress, 10, count) != nil
    }
}
