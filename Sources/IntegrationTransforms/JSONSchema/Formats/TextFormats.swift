/// Identifiers, pointers and patterns.
enum TextFormats {
    /// RFC 4122, 3.
    static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 36 else { return false }
        return text.indices.allSatisfy { index in
            switch index {
            case 8, 13, 18, 23: text[index] == UInt8(ascii: "-")
            default: text[index].isHexDigit
            }
        }
    }

    /// RFC 6901, 3.
    static func isJSONPointer(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return true }
        guard first == UInt8(ascii: "/") else { return false }
        return text.indices.allSatisfy { index in
            guard text[index] == UInt8(ascii: "~") else { return true }
            return index + 1 < text.count && (text[index + 1] == 0x30 || text[index + 1] == 0x31)
        }
    }

    /// draft-bhutton-relative-json-pointer-00, 3.
    static func isRelativeJSONPointer(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        let digits = scanner.skip(while: \.isDigit)
        guard digits > 0, digits == 1 || text[0] != 0x30 else { return false }
        if scanner.take("+") || scanner.take("-") {
            guard let first = scanner.peek, first.isDigit, first != 0x30 else { return false }
            _ = scanner.skip(while: \.isDigit)
        }
        if scanner.take("#") { return scanner.isAtEnd }
        return isJSONPointer(UnsafeBufferPointer(rebasing: text[scanner.at...]))
    }

    /// ECMA-262, 22.2.
    static func isPattern(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        do {
            _ = try ECMAScriptPattern.compile(String(decoding: text, as: UTF8.self))
            return true
        } catch {
            return error.isBeyondEngine
        }
    }
}
