internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1

/// What a route demands of a request before it becomes a message.
struct RequestRules: Sendable {
    /// What shows who sends it; nil where anybody may.
    var credentials: RequiredCredentials?
    /// What shows that the body is the sender's; nil where nothing is signed.
    var webhook: WebhookVerifier?
    /// Bytes.
    var maximumBody = 1 << 20
    /// Media types in lower case, such as `application/json` or `text/*`; empty: any.
    var contentTypes: [String] = []
    var crossOrigin: CrossOrigin?
    /// How long a sender waits for its reply.
    var replyTimeout = TimeAmount.seconds(30)

    /// Whether a header is kept from messages: it shows who the sender is, and nobody else needs to know how.
    ///
    /// - Parameter name: in lower case.
    func isSecret(header name: String) -> Bool {
        switch name {
        case "authorization", "proxy-authorization", "cookie": true
        default: credentials?.header == name || webhook?.signatureHeader == name
        }
    }

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(413, "the body is larger than \(limit) bytes", closes: true)
    }

    /// Looks at a head, before the body is read.
    ///
    /// - Throws: why the request is refused.
    func admit(_ head: HTTPRequestHead, _ target: RequestTarget) throws(Refusal) {
        if let credentials { try credentials.check(head, target) }
        for value in head.headers[canonicalForm: "expect"] where value.lowercased() != "100-continue" {
            throw Refusal(417, "nothing but `Expect: 100-continue` is understood")
        }
        if let length = head.headers.first(name: "content-length") {
            guard let length = Int(length), length <= maximumBody else { throw Self.tooLarge(maximumBody) }
        }
        for coding in head.headers[canonicalForm: "content-encoding"] where coding.lowercased() != "identity" {
            throw Refusal(
                415, "the body must not be encoded (`\(coding)`)",
                headers: [Reply.Header("Accept-Encoding", "identity")])
        }
        guard !contentTypes.isEmpty, hasBody(head) else { return }
        let type = head.headers.first(name: "content-type").map(MediaType.init)
        guard let type, contentTypes.contains(where: type.fits) else {
            throw Refusal(
                415, "the body must be of " + contentTypes.joined(separator: " or "),
                headers: [Reply.Header("Accept", contentTypes.joined(separator: ", "))])
        }
    }

    private func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "transfer-encoding")
            || head.headers.first(name: "content-length").map { $0 != "0" } ?? false
    }

    /// Looks at a whole request.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: why it is refused.
    func verify(_ exchange: Exchange, at now: Int64) throws(Refusal) {
        guard let webhook else { return }
        exchange.webhookID = try webhook.verify(exchange.head.headers, body: exchange.body, at: now)
    }

    /// What was accepted must not come again; what was not may.
    func noteAnswered(_ exchange: Exchange, status: Int) {
        guard let webhook, let id = exchange.webhookID else { return }
        webhook.seen.settle(id, isAccepted: (200...299).contains(status))
    }
}
