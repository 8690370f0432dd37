internal import IntegrationCore
internal import IntegrationDocument

extension BuiltinCall {
    func string() throws(ExpressionError) -> Value {
        guard let text = try self[0].text(pretty: self[1].truth ?? false) else { return .undefined }
        return try made(text)
    }

    func length() -> Value { self[0].string.map { .number(Double($0.unicodeScalars.count)) } ?? .undefined }

    /// `$substring`: positions count characters (code points); a negative start counts from the end.
    func substring() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        let scalars = Array(text.unicodeScalars)
        let count = Double(scalars.count)
        var start = self[1].double ?? 0
        if count + start < 0 { start = 0 }
        var end = count
        if let length = self[2].double {
            // Where the start is nothing, so is the end: it is not a number.
            if length <= 0 || self[1].double == nil { return .string("") }
            end = start >= 0 ? start + length : count + start + length
        }
        func bound(_ position: Double) -> Int {
            let whole = position.rounded(.towardZero)
            return Int(min(max(whole < 0 ? count + whole : whole, 0), count))
        }
        let low = bound(start)
        let high = bound(end)
        guard low < high else { return .string("") }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars[low..<high])
        return try made(String(result))
    }

    func substring(_ before: Bool) throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        let bytes = Array(text.utf8)
        let needle = Array((self[1].string ?? "undefined").utf8)
        guard let found = Text.find(needle, in: bytes) else { return .string(text) }
        let part = before ? bytes[..<found] : bytes[(found + needle.count)...]
        return try made(String(decoding: part, as: UTF8.self))
    }

    /// Runs of white space as one space, none at the ends.
    static func trimmed(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                if out.last != 0x20 { out.append(0x20) }
            } else {
                out.append(byte)
            }
        }
        if out.first == 0x20 { out.removeFirst() }
        if out.last == 0x20 { out.removeLast() }
        return String(decoding: out, as: UTF8.self)
    }

    func pad() throws(ExpressionError) -> Value {
        guard let text = self[0].string, let width = self[1].double else { return self[0] }
        var filler = Array((self[2].string ?? " ").unicodeScalars)
        if filler.isEmpty { filler = [" "] }
        let missing = abs(width) - Double(text.unicodeScalars.count)
        guard missing > 0 else { return .string(text) }
        let part = filler.reduce(0) { $0 + UTF8.width($1) }
        let bytes = missing / Double(filler.count) * Double(part)
        try evaluator.charge(text: bytes < 1e15 ? Int(bytes) : .max)
        let unit = String(String.UnicodeScalarView(filler))
        let (whole, rest) = Int(missing).quotientAndRemainder(dividingBy: filler.count)
        let padding = String(repeating: unit, count: whole) + String(String.UnicodeScalarView(filler[..<rest]))
        return .string(width > 0 ? text + padding : padding + text)
    }

    func join() throws(ExpressionError) -> Value {
        guard let items = self[0].elements else { return .undefined }
        let separator = self[1].string ?? ""
        var text = ""
        for (index, item) in items.enumerated() {
            let before = text.utf8.count
            if index > 0 { text += separator }
            text += item.string ?? ""
            try evaluator.charge(1 + (text.utf8.count - before) / 16)
        }
        return try made(text)
    }

    // MARK: Encodings

    func encode(_ builtin: Builtin) throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        switch builtin {
        case .base64encode: return .string(Base64.encode(Array(text.utf8)))
        case .base64decode: return .string(String(decoding: Base64.decodeLeniently(text.utf8), as: UTF8.self))
        case .encodeUrlComponent, .encodeUrl:
            // What was half a surrogate pair, or bytes that were no text, has no address (ECMA-262, 19.2.6.5).
            guard !text.unicodeScalars.contains("\u{FFFD}") else {
                throw ExpressionError("D3140", token: "\(builtin)", value: text)
            }
            let reserved = builtin == .encodeUrl ? PercentCoding.reserved : []
            return .string(PercentCoding.encode(text, keeping: PercentCoding.unreserved + reserved))
        default:
            let kept = builtin == .decodeUrl ? PercentCoding.reserved : []
            guard let decoded = PercentCoding.decode(text, keeping: kept) else {
                throw ExpressionError("D3140", token: "\(builtin)", value: text)
            }
            return .string(decoded)
        }
    }
}

/// Percent-encoding as ECMAScript's `encodeURI` and its kin do it (ECMA-262, 19.2.6).
enum PercentCoding {
    static let unreserved = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8)
    /// The unreserved characters of RFC 3986, 2.3.
    static let uriUnreserved = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~".utf8)
    static let reserved = Array(";/?:@&=+$,#".utf8)

    static func encode(_ text: String, keeping kept: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var isKept = [Bool](repeating: false, count: 256)
        for byte in kept { isKept[Int(byte)] = true }
        var out: [UInt8] = []
        for byte in text.utf8 {
            if isKept[Int(byte)] {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil where an escape is incomplete or the bytes are not UTF-8. Escapes of `kept` stay as they are.
    static func decode(_ text: String, keeping kept: [UInt8]) -> String? {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "%") else {
                out.append(bytes[at])
                at += 1
                continue
            }
            guard at + 2 < bytes.count, let high = hex(bytes[at + 1]), let low = hex(bytes[at + 2]) else { return nil }
            let byte = high << 4 | low
            if kept.contains(byte) { out += bytes[at...(at + 2)] } else { out.append(byte) }
            at += 3
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}
