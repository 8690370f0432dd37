internal import IntegrationCore
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
            guard let decoded = Base64.decode(text) else { return "contentEncoding" }
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
}
