public import NIOCore
public import NIOHTTP1

/// What a server answered, whatever its status.
public struct HTTPAnswer: Sendable {
    public let status: Int
    /// The words behind the status; empty in HTTP/2.
    public let reason: String
    public let headers: HTTPHeaders
    /// Unpacked.
    public let body: ByteBuffer
    /// Who answered, after redirects.
    public let address: HTTPAddress

    /// The status with its words, such as `503 Service Unavailable`.
    public var statusText: String {
        let words = reason.isEmpty ? HTTPResponseStatus(statusCode: status).reasonPhrase : reason
        return words.isEmpty || words == "Unknown" ? "\(status)" : "\(status) \(words)"
    }

    /// What the server said, for people: one line of at most 300 characters, without markup; empty where it said
    /// nothing readable.
    public var excerpt: String {
        var text = ""
        var isTag = false
        let isMarkup = contentType.hasSuffix("html") || contentType.hasSuffix("xml")
        for scalar in String(decoding: body.readableBytesView.prefix(4096), as: UTF8.self).unicodeScalars {
            guard text.unicodeScalars.count < 300 else { return text + "…" }
            switch scalar {
            case "\u{FFFD}": return ""
            case "<" where isMarkup: isTag = true
            case ">" where isTag:
                isTag = false
                if !text.isEmpty, text.last != " " { text.append(" ") }
            case _ where isTag: break
            case _ where scalar.value <= 0x20 || scalar.properties.generalCategory == .control:
                if !text.isEmpty, text.last != " " { text.append(" ") }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text.last == " " ? String(text.dropLast()) : text
    }

    /// The media type in lower case, without parameters; empty where the server says none.
    public var contentType: String {
        let value = headers.first(name: "content-type") ?? ""
        return value.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    }
}
