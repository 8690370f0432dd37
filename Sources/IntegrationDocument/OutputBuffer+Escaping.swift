extension OutputBuffer {
    /// Appends UTF-8 as a JSON string, quotes included (RFC 8259, 7).
    public mutating func append(string text: UnsafeBufferPointer<UInt8>) {
        // No byte becomes more than six.
        var out = reserve(text.count * 6 + 2)
        let start = out
        out.pointee = UInt8(ascii: "\"")
        out += 1
        for byte in text {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                out.pointee = byte
                out += 1
                continue
            }
            out[0] = UInt8(ascii: "\\")
            out += 1
            switch byte {
            case 0x08: out.pointee = UInt8(ascii: "b")
            case 0x09: out.pointee = UInt8(ascii: "t")
            case 0x0A: out.pointee = UInt8(ascii: "n")
            case 0x0C: out.pointee = UInt8(ascii: "f")
            case 0x0D: out.pointee = UInt8(ascii: "r")
            case 0..<0x20:
                out[0] = UInt8(ascii: "u")
                out[1] = UInt8(ascii: "0")
                out[2] = UInt8(ascii: "0")
                out[3] = byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1")
                out[4] = byte & 15 < 10 ? 0x30 + (byte & 15) : 0x57 + (byte & 15)
                out += 4
            default: out.pointee = byte
            }
            out += 1
        }
        out.pointee = UInt8(ascii: "\"")
        advance(out + 1 - start)
    }

    /// Appends a text as a JSON string, quotes included.
    public mutating func append(string text: String) {
        var text = text
        text.withUTF8 { append(string: $0) }
    }
}
