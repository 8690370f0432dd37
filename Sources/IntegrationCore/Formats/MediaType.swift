/// What a body is, without parameters (RFC 9110, 8.3.1).
public struct MediaType: Sendable {
    /// Such as `application/json`, in lower case.
    public let text: String

    public init(_ header: String) {
        let end = header.firstIndex(of: ";") ?? header.endIndex
        text = header[..<end].lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// Whether it is one of those that a pattern such as `application/json`, `text/*` or `application/*+json` stands for.
    public func fits(_ pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return text == pattern }
        let before = pattern[..<star]
        let behind = pattern[pattern.index(after: star)...]
        return text.utf8.count >= before.utf8.count + behind.utf8.count && text.hasPrefix(before)
            && text.hasSuffix(behind)
    }
}
