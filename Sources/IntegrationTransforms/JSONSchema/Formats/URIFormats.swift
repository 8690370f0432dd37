/// URIs (RFC 3986) and IRIs (RFC 3987).
struct URIFormats {
    let isInternational: Bool

    private static let unreservedSymbols = Set("-._~".utf8)
    private static let subDelimiters = Set("!$&'()*+,;=".utf8)

    /// - Parameter needsScheme: whether a relative reference is refused.
    func isReference(_ text: UnsafeBufferPointer<UInt8>, needsScheme: Bool) -> Bool {
        var rest = text[...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard isText(rest[(mark + 1)...], also: "/?:@") else { return false }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard isText(rest[(mark + 1)...], also: "/?:@", isQuery: true) else { return false }
            rest = rest[..<mark]
        }
        let hasScheme = takeScheme(&rest)
        guard hasScheme || !needsScheme else { return false }
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            guard isAuthority(rest[..<end]) else { return false }
            rest = rest[end...]
        } else if !hasScheme {
            // The first segment of a relative path has no colon: it would be a scheme.
            let segment = rest.prefix { $0 != UInt8(ascii: "/") }
            guard !segment.contains(UInt8(ascii: ":")) else { return false }
        }
        return isText(rest, also: "/:@")
    }

    private func takeScheme(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = rest.first, first.isLetter else { return false }
        let scheme = rest.prefix { byte in
            byte.isLetter || byte.isDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
        guard rest[scheme.endIndex...].first == UInt8(ascii: ":") else { return false }
        rest = rest[(scheme.endIndex + 1)...]
        return true
    }

    private func isAuthority(_ authority: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var rest = authority
        if let mark = rest.firstIndex(of: UInt8(ascii: "@")) {
            guard isText(rest[..<mark], also: ":") else { return false }
            rest = rest[(mark + 1)...]
        }
        var port = rest[rest.endIndex...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            guard isLiteral(rest[(rest.startIndex + 1)..<end]) else { return false }
            port = rest[(end + 1)...]
            guard port.isEmpty || port.first == UInt8(ascii: ":") else { return false }
            port = port.dropFirst()
        } else {
            let end = rest.lastIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            guard isText(rest[..<end], also: "") else { return false }
            port = rest[end...].dropFirst()
        }
        return port.allSatisfy(\.isDigit)
    }

    /// An address in brackets (RFC 3986, 3.2.2).
    private func isLiteral(_ literal: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = literal.first, first | 0x20 == UInt8(ascii: "v") else {
            return NetworkFormats.isIPv6(UnsafeBufferPointer(rebasing: literal))
        }
        let version = literal.dropFirst().prefix(while: \.isHexDigit)
        let address = literal[version.endIndex...]
        guard !version.isEmpty, address.first == UInt8(ascii: "."), address.count > 1 else { return false }
        return address.dropFirst().allSatisfy { byte in
            byte == UInt8(ascii: ":") || isPlain(byte)
        }
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || Self.unreservedSymbols.contains(byte) || Self.subDelimiters.contains(byte)
    }

    /// Unreserved characters, sub-delimiters, percent-encodings and some others.
    private func isText(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, also others: StaticString, isQuery: Bool = false
    ) -> Bool {
        var at = text.startIndex
        while at < text.endIndex {
            let byte = text[at]
            if byte == UInt8(ascii: "%") {
                guard at + 2 < text.endIndex, text[at + 1].isHexDigit, text[at + 2].isHexDigit else { return false }
                at += 3
            } else if byte < 0x80 {
                guard isPlain(byte) || Self.contains(others, byte) else { return false }
                at += 1
            } else {
                guard isInternational, let length = characterLength(text[at...], isQuery: isQuery) else { return false }
                at += length
            }
        }
        return true
    }

    private static func contains(_ text: StaticString, _ byte: UInt8) -> Bool {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).contains(byte)
    }

    /// The bytes of a character beyond ASCII that IRIs may hold (RFC 3987, 2.2: `ucschar`, in queries also `iprivate`).
    private func characterLength(_ text: Slice<UnsafeBufferPointer<UInt8>>, isQuery: Bool) -> Int? {
        var bytes = text.makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return nil }
        let value = scalar.value
        switch value {
        case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: break
        case 0x10000...0xEFFFF:
            guard value & 0xFFFF <= 0xFFFD, !(0xE0000..<0xE1000).contains(value) else { return nil }
        case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD:
            guard isQuery else { return nil }
        default: return nil
        }
        return UTF8.width(scalar)
    }
}

/// URI templates (RFC 6570, 2).
enum URITemplates {
    static func isTemplate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        while let byte = scanner.peek {
            switch byte {
            case UInt8(ascii: "{"):
                guard expression(&scanner) else { return false }
            case UInt8(ascii: "%"):
                guard encoded(&scanner) else { return false }
            case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            default: scanner.at += 1
            }
        }
        return true
    }

    private static func encoded(_ scanner: inout ByteScanner) -> Bool {
        scanner.at += 1
        let start = scanner.at
        guard start + 2 <= scanner.text.count, scanner.text[start].isHexDigit, scanner.text[start + 1].isHexDigit else {
            return false
        }
        scanner.at += 2
        return true
    }

    private static func expression(_ scanner: inout ByteScanner) -> Bool {
        scanner.at += 1
        if let byte = scanner.peek, "+#./;?&=,!@|".utf8.contains(byte) { scanner.at += 1 }
        repeat {
            guard variable(&scanner) else { return false }
            if scanner.take("*") { continue }
            guard scanner.take(":") else { continue }
            let start = scanner.at
            guard (1...4).contains(scanner.skip(while: \.isDigit)), scanner.text[start] != 0x30 else { return false }
        } while scanner.take(",")
        return scanner.take("}")
    }

    private static func variable(_ scanner: inout ByteScanner) -> Bool {
        repeat {
            let start = scanner.at
            while let byte = scanner.peek {
                if byte == UInt8(ascii: "%") {
                    guard encoded(&scanner) else { return false }
                } else if byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") {
                    scanner.at += 1
                } else {
                    break
                }
            }
            guard scanner.at > start else { return false }
        } while scanner.take(".")
        return true
    }
}
