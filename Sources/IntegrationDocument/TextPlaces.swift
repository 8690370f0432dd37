/// Where in a refused text the fault is. Runs only when something is wrong.
enum TextPlaces {
    /// Offset of the first byte that is not UTF-8 (RFC 3629).
    static func firstInvalidUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var at = 0
        while at < text.count {
            let lead = text[at]
            let (more, low, high): (Int, UInt8, UInt8)
            switch lead {
            case 0x00...0x7F: (more, low, high) = (0, 0x80, 0xBF)
            case 0xC2...0xDF: (more, low, high) = (1, 0x80, 0xBF)
            case 0xE0: (more, low, high) = (2, 0xA0, 0xBF)
            case 0xED: (more, low, high) = (2, 0x80, 0x9F)
            case 0xE1...0xEF: (more, low, high) = (2, 0x80, 0xBF)
            case 0xF0: (more, low, high) = (3, 0x90, 0xBF)
            case 0xF1...0xF3: (more, low, high) = (3, 0x80, 0xBF)
            case 0xF4: (more, low, high) = (3, 0x80, 0x8F)
            default: return at
            }
            guard at + more < text.count else { return at }
            for step in 0..<more {
                let byte = text[at + 1 + step]
                let range = step == 0 ? low...high : 0x80...0xBF
                guard range.contains(byte) else { return at }
            }
            at += more + 1
        }
        return text.count
    }

    /// Offset of the first byte below U+0020 inside a string.
    static func firstControlCharacterInString(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var inString = false
        var at = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""): inString.toggle()
            case UInt8(ascii: "\\") where inString: at += 1
            case 0..<0x20 where inString: return at
            default: break
            }
            at += 1
        }
        return text.count
    }

    /// Offset of the quote that opens the string that never closes.
    static func startOfUnclosedString(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var opened: Int?
        var at = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""): opened = opened == nil ? at : nil
            case UInt8(ascii: "\\") where opened != nil: at += 1
            default: break
            }
            at += 1
        }
        return opened ?? text.count
    }
}
