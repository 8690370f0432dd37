/// The formats of strings that are asserted (2020-12 validation, 7.3), whatever the draft; other names assert nothing.
enum StringFormat: String, Sendable {
    case dateTime = "date-time"
    case date
    case time
    case duration
    case email
    case idnEmail = "idn-email"
    case hostname
    case idnHostname = "idn-hostname"
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uriTemplate = "uri-template"
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    var name: String { rawValue }

    /// What a string of the format is called in a sentence.
    var words: String {
        switch self {
        case .dateTime: "a date and time such as 2026-01-31T09:30:00Z"
        case .date: "a date such as 2026-01-31"
        case .time: "a time such as 09:30:00Z"
        case .duration: "a duration such as P1DT12H"
        case .email, .idnEmail: "an e-mail address"
        case .hostname, .idnHostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "a URI"
        case .uriReference: "a URI or a relative reference"
        case .iri: "an IRI"
        case .iriReference: "an IRI or a relative reference"
        case .uriTemplate: "a URI template"
        case .uuid: "a UUID"
        case .jsonPointer: "a JSON Pointer"
        case .relativeJSONPointer: "a relative JSON Pointer"
        case .regex: "a regular expression"
        }
    }

    /// Whether `text`, which is UTF-8, is of this format.
    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .dateTime: DateFormats.isDateTime(text)
        case .date: DateFormats.isDate(text)
        case .time: DateFormats.isTime(text)
        case .duration: DateFormats.isDuration(text)
        case .email: NetworkFormats.isEmail(text, isInternational: false)
        case .idnEmail: NetworkFormats.isEmail(text, isInternational: true)
        case .hostname: HostNames.isHostName(text)
        case .idnHostname: HostNames.isInternationalHostName(text)
        case .ipv4: NetworkFormats.isIPv4(text)
        case .ipv6: NetworkFormats.isIPv6(text)
        case .uri: URIFormats(isInternational: false).isReference(text, needsScheme: true)
        case .uriReference: URIFormats(isInternational: false).isReference(text, needsScheme: false)
        case .iri: URIFormats(isInternational: true).isReference(text, needsScheme: true)
        case .iriReference: URIFormats(isInternational: true).isReference(text, needsScheme: false)
        case .uriTemplate: URITemplates.isTemplate(text)
        case .uuid: TextFormats.isUUID(text)
        case .jsonPointer: TextFormats.isJSONPointer(text)
        case .relativeJSONPointer: TextFormats.isRelativeJSONPointer(text)
        case .regex: TextFormats.isPattern(text)
        }
    }
}

/// Classes of bytes.
extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}

/// Reads a text from left to right.
struct ByteScanner {
    let text: UnsafeBufferPointer<UInt8>
    var at = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { at == text.count }
    var peek: UInt8? { at < text.count ? text[at] : nil }

    mutating func take(_ byte: Character) -> Bool {
        guard at < text.count, text[at] == byte.asciiValue else { return false }
        at += 1
        return true
    }

    /// Exactly `count` digits, as a number.
    mutating func digits(_ count: Int) -> Int? {
        guard at + count <= text.count else { return nil }
        var value = 0
        for byte in text[at..<(at + count)] {
            guard byte.isDigit else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        at += count
        return value
    }

    /// Takes bytes while they are of a class; returns how many.
    mutating func skip(while isIncluded: (UInt8) -> Bool) -> Int {
        let start = at
        while at < text.count, isIncluded(text[at]) { at += 1 }
        return at - start
    }
}
