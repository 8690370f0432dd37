internal import IntegrationDocument

/// What a string holds, by `contentEncoding` and `contentMediaType` (draft 7 validation, 8).
struct StringContent: OptionSet, Sendable {
    let rawValue: UInt8

    /// RFC 4648, 4.
    static let base64 = StringContent(rawValue: 1)
    static let json = StringContent(rawValue: 2)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Other encodings and media types mean nothing here; what is encoded in an unknown way is not looked into.
    init(encoding: String?, mediaType: String?) {
        self = []
        if encoding?.lowercased() == "base64" { insert(.base64) }
        let type = mediaType?.lowercased()
        let isJSON = type == "application/json" || type?.hasPrefix("application/json;") == true
        if isJSON, encoding == nil || contains(.base64) { insert(.json) }
    }

    /// The keyword that `text` breaks; nil where it is fine.
    func failure(of text: UnsafeBufferPointer<UInt8>) -> String? {
        var content = contains(.json) ? Array(text) : []
        if contains(.base64) {
            guard let decoded = Self.decodeBase64(text) else { return "contentEncoding" }
            content = decoded
        }
        guard contains(.json) else { return nil }
        do {
            _ = try Document(content, policy: .lenient)
            return nil
        } catch {
            return "contentMediaType"
        }
    }

    private static func decodeBase64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var decoded: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return padding <= 2 ? decoded : nil
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 0x41
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x61 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
