internal import NIOHTTP1

/// Which pages of other origins may send requests to a route (CORS, as the Fetch standard says).
struct CrossOrigin: Sendable, Hashable {
    /// Such as `https://app.example.com`; `*` stands for any.
    var origins: [String]
    /// Headers that a page may set.
    var allowedHeaders: [String] = ["content-type"]
    /// Headers of a reply that a page may see.
    var exposedHeaders: [String] = []
    /// Whether a browser sends its cookies and certificates; not together with `*`.
    var allowsCredentials = false
    /// Seconds for which a browser remembers the answer.
    var maximumAge = 600

    private func allows(_ origin: String) -> Bool { origins.contains("*") || origins.contains(origin) }

    /// The headers of a reply to a request of a page; none where its origin may not.
    func headers(for head: HTTPRequestHead) -> [Reply.Header] {
        let vary = Reply.Header("Vary", "Origin")
        let sent = head.headers["origin"]
        guard sent.count == 1, allows(sent[0]) else { return [vary] }
        let isAny = origins.contains("*") && !allowsCredentials
        var headers = [Reply.Header("Access-Control-Allow-Origin", isAny ? "*" : sent[0]), vary]
        if allowsCredentials { headers.append(Reply.Header("Access-Control-Allow-Credentials", "true")) }
        if !exposedHeaders.isEmpty {
            headers.append(Reply.Header("Access-Control-Expose-Headers", exposedHeaders.joined(separator: ", ")))
        }
        return headers
    }

    /// The answer to a browser that asks before it sends a page's request; nil where that is something else.
    static func preflight(_ head: HTTPRequestHead, _ routes: [Route]) -> Refusal? {
        guard let method = head.headers.first(name: "access-control-request-method"),
            head.headers.contains(name: "origin")
        else { return nil }
        guard let rules = routes.first(where: { $0.methods.contains(method) })?.rules.crossOrigin else { return nil }
        var headers = rules.headers(for: head)
        if headers.count > 1 {
            headers += [
                Reply.Header("Access-Control-Allow-Methods", method),
                Reply.Header("Access-Control-Allow-Headers", rules.allowedHeaders.joined(separator: ", ")),
                Reply.Header("Access-Control-Max-Age", String(rules.maximumAge)),
            ]
        }
        return Refusal(answering: Reply(204, headers: headers))
    }
}
