/// The escapes of JSON strings (RFC 8259, 7).
public enum StringEscapes {
    /// Four hexadecimal digits.
    static func hex(_ bytes: UnsafePointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for at in 0..<4 {
            let digit: UInt32
            switch bytes[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(bytes[at] - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt32(bytes[at] - 0x57)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt32(bytes[at] - 0x37)
            default: return nil
            }
            value = value << 4 | digit
        }
        return value
    }

    /// Decodes `length` raw bytes of a string into `target`, which has room for as many; returns the decoded length.
    /// A surrogate without its partner becomes U+FFFD.
    @usableFromInline
    static func decode(_ raw: UnsafePointer<UInt8>, _ length: Int, into target: UnsafeMutablePointer<UInt8>) -> Int {
        var at = 0
        var out = 0
        while at < length {
            let byte = raw[at]
            guard byte == 0x5C else {
                target[out] = byte
                out += 1
                at += 1
                continue
            }
            at += 2
            switch raw[at - 1] {
            case UInt8(ascii: "b"): target[out] = 0x08
            case UInt8(ascii: "f"): target[out] = 0x0C
            case UInt8(ascii: "n"): target[out] = 0x0A
            case UInt8(ascii: "r"): target[out] = 0x0D
            case UInt8(ascii: "t"): target[out] = 0x09
            case UInt8(ascii: "u"):
                var scalar = hex(raw + at) ?? 0xFFFD
                at += 4
                if scalar & 0xFC00 == 0xD800, at + 5 < length, raw[at] == 0x5C, raw[at + 1] == UInt8(ascii: "u"),
                    let low = hex(raw + at + 2), low & 0xFC00 == 0xDC00
                {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
                    at += 6
                }
                if scalar & 0xFFFF_F800 == 0xD800 { scalar = 0xFFFD }
                out += encode(scalar, into: target + out) - 1
            default: target[out] = raw[at - 1]
            }
            out += 1
        }
        return out
    }

    private static func encode(_ scalar: UInt32, into target: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case 0..<0x80:
            target[0] = UInt8(scalar)
            return 1
        case 0x80..<0x800:
            target[0] = UInt8(0xC0 | scalar >> 6)
            target[1] = UInt8(0x80 | scalar & 0x3F)
            return 2
        case 0x800..<0x10000:
            target[0] = UInt8(0xE0 | scalar >> 12)
            target[1] = UInt8(0x80 | scalar >> 6 & 0x3F)
            target[2] = UInt8(0x80 | scalar & 0x3F)
            return 3
        default:
            target[0] = UInt8(0xF0 | scalar >> 18)
            target[1] = UInt8(0x80 | scalar >> 12 & 0x3F)
            target[2] = UInt8(0x80 | scalar >> 6 & 0x3F)
            target[3] = UInt8(0x80 | scalar & 0x3F)
            return 4
        }
    }

    /// The characters of a string word, as UTF-8.
    static func decoded(_ word: Word, _ base: UnsafePointer<UInt8>) -> [UInt8] {
        let raw = base + word.offset
        guard word.kind == .escapedString else {
            return Array(UnsafeBufferPointer(start: raw, count: word.length))
        }
        return Array(unsafeUninitializedCapacity: word.length) { target, count in
            count = target.baseAddress.map { decode(raw, word.length, into: $0) } ?? 0
        }
    }

    /// Whether the text can stand between quotes as it is.
    public static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
    }

    /// Appends `text` with what JSON demands escaped.
    public static func append(_ text: some Sequence<UInt8>, to target: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for byte in text {
            switch byte {
            case 0x22: target += [0x5C, 0x22]
            case 0x5C: target += [0x5C, 0x5C]
            case 0x08: target += [0x5C, UInt8(ascii: "b")]
            case 0x09: target += [0x5C, UInt8(ascii: "t")]
            case 0x0A: target += [0x5C, UInt8(ascii: "n")]
            case 0x0C: target += [0x5C, UInt8(ascii: "f")]
            case 0x0D: target += [0x5C, UInt8(ascii: "r")]
            case 0..<0x20: target += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: target.append(byte)
            }
        }
    }
}
