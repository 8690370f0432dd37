internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument

/// What a route answers to a message that is safe, filled in from the message.
struct ReplyTemplate: Sendable {
    /// Text that makes a status from 200 to 599.
    private let status: any MessageText
    private let headers: [(name: String, value: any MessageText)]
    private let body: (any MessageBody)?
    /// The reply where nothing in it comes from the message, also as it is sent.
    private let plain: Reply?
    let constant: EncodedReply?

    /// - Throws: `cannotBuild` where a status or a header that is written out is not one.
    init(
        status: any MessageText, headers: [(name: String, value: any MessageText)], body: (any MessageBody)?
    ) throws(IntegrationError) {
        self.status = status
        self.headers = headers
        self.body = body
        if let text = status.constant { _ = try Self.status(text) }
        for (name, value) in headers {
            try Self.check(name)
            if let text = value.constant { try Self.check(text, of: name) }
        }
        let isConstant = status.constant != nil && headers.allSatisfy { $0.value.constant != nil } && body == nil
        guard isConstant, let text = status.constant else {
            plain = nil
            constant = nil
            return
        }
        let plain = Reply(
            try Self.status(text), headers: headers.map { Reply.Header($0.name, $0.value.constant ?? "") })
        self.plain = plain
        constant = EncodedReply(plain)
    }

    /// The reply where no message is at hand.
    ///
    /// - Throws: `replyImpossible` where it takes one.
    func reply() throws(IntegrationError) -> Reply {
        guard let plain else { throw IntegrationError(.replyImpossible, "there is no message to make the reply of") }
        return plain
    }

    /// The reply to a message.
    ///
    /// - Throws: what an expression throws; `templateWithoutValue` and the like where no reply comes of it.
    func reply(_ message: Message, in arena: Arena, _ context: FlowContext) throws(IntegrationError) -> Reply {
        var input = TextInput(message: message, arena: arena, context: context)
        var reply = Reply(try Self.status(try status.string(&input, encoding: .plain)))
        for (name, value) in headers {
            let text = try value.string(&input, encoding: .plain)
            try Self.check(text, of: name)
            reply.headers.append(Reply.Header(name, text))
        }
        guard let body else { return reply }
        var out = OutputBuffer()
        try body.write(&input, to: &out)
        reply.body = out.withBytes { Array($0) }
        if !reply.headers.contains(where: { $0.name.isEqualIgnoringCase("content-type") }) {
            let type = body.isJSON ? "application/json" : "text/plain; charset=utf-8"
            reply.headers.append(Reply.Header("Content-Type", type))
        }
        return reply
    }

    private static func status(_ text: String) throws(IntegrationError) -> Int {
        guard let status = Int(text), (200...599).contains(status) else {
            throw IntegrationError(
                .replyImpossible, "`\(text)` is no status of a reply", remedy: "Write a number from 200 to 599.")
        }
        return status
    }

    private static let ownHeaders = ["content-length", "transfer-encoding", "connection", "date", "upgrade", "trailer"]

    private static func check(_ name: String) throws(IntegrationError) {
        guard HeaderName.isToken(name), !ownHeaders.contains(name.lowercased()) else {
            throw IntegrationError(.replyImpossible, "a reply can't have a header `\(name)` of its own")
        }
    }

    private static func check(_ value: String, of name: String) throws(IntegrationError) {
        guard HeaderName.isValue(value) else {
            throw IntegrationError(.replyImpossible, "the value of the header `\(name)` holds a control character")
        }
    }
}
