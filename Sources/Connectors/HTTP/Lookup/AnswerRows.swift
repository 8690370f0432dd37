internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore

/// How the rows that were asked for stand in an answer.
struct AnswerRows: Sendable {
    let keysPerRequest: Int
    private let items: AnswerExpression?
    /// The member of a row that holds its key.
    private let key: String?

    init(
        items: ExpressionText?, key: String?, keysPerRequest: Int, _ context: any MakerContext
    ) throws(IntegrationError) {
        self.items = try items.map { text throws(IntegrationError) in try AnswerExpression(text, context) }
        self.key = key
        self.keysPerRequest = keysPerRequest
    }

    /// The answer to each key.
    ///
    /// - Throws: `httpAnswerInvalid` where the answer as a whole makes no sense.
    func read(
        _ answer: HTTPAnswer, of request: HTTPRequest, for keys: [LookupKey], _ open: OpenConnection
    ) throws(IntegrationError) -> [LookupAnswer] {
        guard answer.body.readableBytes > 0 else {
            guard answer.status != 204, keysPerRequest == 1 else { return keys.map { _ in .missing } }
            throw invalid(answer, "is empty")
        }
        let document: Document
        if let items {
            guard let found = try items.value(of: answer, open.context) else { return keys.map { _ in .missing } }
            document = found
        } else {
            document = try answer.document(open.context)
        }
        guard keysPerRequest > 1 else { return [row(document, answer)] }
        return try document.withRoot { root throws(IntegrationError) in try rows(root, answer, keys) }
    }

    /// The one row of an answer to one key.
    private func row(_ document: Document, _ answer: HTTPAnswer) -> LookupAnswer {
        document.withRoot { root in
            switch root.kind {
            case .object: .found(document)
            case .null: .missing
            // What an expression selects may be a list of one, or of none.
            case .array where items != nil && root.count < 2: root[0].map { self.row($0, answer) } ?? .missing
            default: .failed(invalid(answer, "is no JSON object"))
            }
        }
    }

    private func row(_ view: View, _ answer: HTTPAnswer) -> LookupAnswer {
        switch view.kind {
        case .object: .found(Document(compacting: view))
        case .null: .missing
        default: .failed(invalid(answer, "holds a row that is no JSON object"))
        }
    }

    private func rows(
        _ root: View, _ answer: HTTPAnswer, _ keys: [LookupKey]
    ) throws(IntegrationError) -> [LookupAnswer] {
        switch root.kind {
        case .null: return keys.map { _ in .missing }
        case .object where key.map { root[$0] != nil } ?? false: return try byMember([root], answer, keys)
        case .object:
            return keys.map { key in root[key.text].map { row($0, answer) } ?? .missing }
        case .array where key != nil: return try byMember(Array(root.elements), answer, keys)
        case .array:
            guard root.count == keys.count else {
                throw invalid(answer, "holds \(root.count) rows, but \(keys.count) keys were asked for")
            }
            return root.elements.map { row($0, answer) }
        default: throw invalid(answer, "is neither an array of rows nor an object of rows by key")
        }
    }

    private func byMember(
        _ rows: [View], _ answer: HTTPAnswer, _ keys: [LookupKey]
    ) throws(IntegrationError) -> [LookupAnswer] {
        guard let key else { return [] }
        var found: [LookupKey: View] = [:]
        for row in rows where row.kind != .null {
            guard let value = row[key], value.word.isString || value.word.isNumber else {
                throw invalid(answer, "holds a row without `\(key)` (`item_key`)")
            }
            found[LookupKey(value.string ?? String(decoding: value.rawBytes, as: UTF8.self))] = row
        }
        return keys.map { key in found[key].map { row($0, answer) } ?? .missing }
    }

    private func invalid(_ answer: HTTPAnswer, _ what: String) -> IntegrationError {
        IntegrationError(
            .httpAnswerInvalid, "the answer of \(answer.address.shown) \(what)", nativeCode: "\(answer.status)")
    }
}
