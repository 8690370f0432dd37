internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore

/// An expression over the JSON of an answer, compiled.
struct AnswerExpression: Sendable {
    private let body: any MessageBody
    private let text: String

    init(_ expression: ExpressionText, _ context: any MakerContext) throws(IntegrationError) {
        text = expression.text
        // As a member, so that "no value" is told from an error.
        body = try context.body(.sequence([.string("{{ {\"value\": (\(expression.text))} }}")]))
    }

    /// The expression's value as a document; nil where it has none.
    ///
    /// - Throws: `httpAnswerInvalid` where the answer is no JSON, or the expression can't be evaluated over it.
    func value(of answer: HTTPAnswer, _ context: FlowContext) throws(IntegrationError) -> Document? {
        let arena = context.arenas.take()
        defer { context.arenas.give(arena) }
        let block = answer.body.withUnsafeReadableBytes { ByteBlock($0) }
        arena.attach(block, as: Arena.sourceBase)
        let message = Message(
            id: MessageID(high: 0, low: 0), origin: 0,
            body: Slice(base: Arena.sourceBase, offset: 0, length: block.count))
        var input = TextInput(message: message, arena: arena, context: context)
        var out = OutputBuffer()
        do {
            _ = try input.document()
        } catch {
            throw answer.notJSON(error)
        }
        do {
            try body.write(&input, to: &out)
            let bytes = out.withBytes { Array($0) }
            return try Document(bytes).withRoot { root in root[0]?["value"].map { Document(copying: $0) } }
        } catch {
            throw IntegrationError(
                .httpAnswerInvalid, "`\(text)` can't be evaluated over the answer of \(answer.address.shown)",
                causes: [(error as? IntegrationError)?.message ?? "\(error)"])
        }
    }
}

extension HTTPAnswer {
    /// The body as a document.
    ///
    /// - Throws: `httpAnswerInvalid`.
    func document(_ context: FlowContext) throws(IntegrationError) -> Document {
        let arena = context.arenas.take()
        defer { context.arenas.give(arena) }
        do {
            return try Document(body.withUnsafeReadableBytes { ByteBlock($0) }, parsedIn: arena)
        } catch {
            throw notJSON(
                IntegrationError(
                    .messageNotJSON, "\(error.reason.rawValue), line \(error.line), column \(error.column)"))
        }
    }

    func notJSON(_ error: IntegrationError) -> IntegrationError {
        let form = contentType.isEmpty ? "" : " but \(contentType)"
        return IntegrationError(
            .httpAnswerInvalid, "the answer of \(address.shown) is no JSON\(form)", nativeCode: "\(status)",
            causes: [error.message, excerpt].filter { !$0.isEmpty })
    }
}
