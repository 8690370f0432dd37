internal import IntegrationCore

/// A request that is not taken, and why: a problem document (RFC 9457) with the status.
struct Refusal: Sendable, Error {
    var status: Int
    /// A short sentence that is safe to show to anybody.
    var detail: String
    var headers: [Reply.Header] = []
    /// Our own code, where there is one.
    var code: String?
    /// Where in the message, where it is known.
    var path: String?
    /// Whether the rest of the request can't be read any more, so that the connection must be closed.
    var closes = false
    /// The answer as it stands, where it is no refusal at all.
    private var whole: Reply?

    init(
        _ status: Int, _ detail: String, headers: [Reply.Header] = [], code: String? = nil, path: String? = nil,
        closes: Bool = false
    ) {
        self.status = status
        self.detail = detail
        self.headers = headers
        self.code = code
        self.path = path
        self.closes = closes
    }

    /// A request that is answered on the spot, because what it asks is no message.
    init(answering reply: Reply) {
        self.init(reply.status, "", headers: reply.headers)
        whole = reply
    }

    /// With `Retry-After` in whole seconds, at least one.
    static func later(
        _ status: Int, _ detail: String, after wait: Duration = .seconds(1), code: String? = nil
    ) -> Refusal {
        let seconds = max(1, Int(wait.seconds.rounded(.up)))
        return Refusal(status, detail, headers: [Reply.Header("Retry-After", String(seconds))], code: code)
    }

    var reply: Reply {
        if let whole { return whole }
        var text = #"{"status":\#(status),"detail":\#(ConfigurationNode.string(detail).json)"#
        if let code { text += #","code":"\#(code)""# }
        if let path { text += #","path":\#(ConfigurationNode.string(path).json)"# }
        text += "}"
        return Reply(
            status, headers: headers + [Reply.Header("Content-Type", "application/problem+json")],
            body: Array(text.utf8))
    }
}

extension Refusal {
    /// What the sender of a message is told that the flow refused: 400 where it could not be read, 422 where a step
    /// refuses it, 503 where it may pass later. What is wrong inside is not told to those outside.
    init(_ error: IntegrationError) {
        let unreadable: [ErrorCode] = [.messageNotJSON, .messageNotText, .csvMalformed]
        if error.isRetryable {
            self = .later(
                503, "the message can't be processed now", after: error.retryAfter ?? .seconds(1),
                code: error.code.id)
        } else if error.code == .messageTooLarge {
            self.init(413, error.message, code: error.code.id)
        } else if unreadable.contains(error.code) {
            self.init(400, error.message, code: error.code.id, path: error.path)
        } else {
            self.init(422, error.message, code: error.code.id, path: error.path)
        }
    }
}
