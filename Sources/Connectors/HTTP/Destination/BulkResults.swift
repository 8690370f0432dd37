internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument

/// What an answer says of the single messages of a request.
enum BulkResults: Sendable {
    /// One entry a message, in order.
    case all(AnswerExpression)
    /// Only those that were refused, by their index.
    case refused(AnswerExpression)

    /// The error of each message that was refused.
    ///
    /// - Throws: `httpAnswerInvalid` where the answer does not say what it should: nothing is known of any message then.
    func errors(
        _ answer: HTTPAnswer, of count: Int, _ open: OpenConnection
    ) throws(IntegrationError) -> [Int: IntegrationError] {
        var errors: [Int: IntegrationError] = [:]
        switch self {
        case .all(let expression):
            let found = try expression.value(of: answer, open.context)
            let list = Document { builder in
                // JSONata gives a list of one as its only element.
                found?.withRoot { root in
                    guard root.kind != .array else { return builder.copy(foreign: root) }
                    let array = builder.open()
                    builder.copy(foreign: root)
                    builder.close(array, .array, count: 1)
                } ?? builder.append(string: "")
            }
            try list.withRoot { root throws(IntegrationError) in
                guard root.count == count, root.kind == .array else {
                    throw invalid(answer, "`results` gives \(root.count) entries for \(count) messages")
                }
                for (index, entry) in root.elements.enumerated() {
                    errors[index] = try error(entry, index, answer, open)
                }
            }
        case .refused(let expression):
            guard let found = try expression.value(of: answer, open.context) else { return [:] }
            try found.withRoot { root throws(IntegrationError) in
                for entry in root.kind == .array ? Array(root.elements) : [root] {
                    guard let index = entry["index"]?.integer, (0..<Int64(count)).contains(index) else {
                        throw invalid(answer, "`refusals` gives an entry without an `index` from 0 to \(count - 1)")
                    }
                    errors[Int(index)] =
                        try error(entry, Int(index), answer, open)
                        ?? refusal(.httpRefused, Int(index), entry, nil, open)
                }
            }
        }
        return errors
    }

    /// What an entry says of its message; nil where it was accepted.
    private func error(
        _ entry: View, _ index: Int, _ answer: HTTPAnswer, _ open: OpenConnection
    ) throws(IntegrationError) -> IntegrationError? {
        if let isAccepted = entry.bool ?? entry["ok"]?.bool {
            return isAccepted ? nil : refusal(.httpRefused, index, entry, nil, open)
        }
        guard let status = entry.integer ?? entry["status"]?.integer, (100...599).contains(status) else {
            if case .refused = self { return nil }
            throw invalid(answer, "an entry of `results` says neither `status` nor `ok`")
        }
        return HTTPStatus.failure(Int(status)).map { refusal($0, index, entry, status, open) }
    }

    private func refusal(
        _ code: ErrorCode, _ index: Int, _ entry: View, _ status: Int64?, _ open: OpenConnection
    ) -> IntegrationError {
        // Who answers for single messages took the request itself: that a message may not be written is its own fault.
        let code = code == .accessRefused ? ErrorCode.httpRefused : code
        let said = entry["error"].flatMap { $0.isNull ? nil : $0.string ?? Document(copying: $0).json }
        return IntegrationError(
            code, "the server refused the message in a request of several (its place is \(index))",
            nativeCode: status.map { "\($0)" },
            causes: said.map { [open.connection.credentials.redacted(String($0.prefix(300)))] } ?? [])
    }

    private func invalid(_ answer: HTTPAnswer, _ what: String) -> IntegrationError {
        IntegrationError(
            .httpAnswerInvalid,
            "the answer of \(answer.address.shown) does not tell what became of the messages: \(what)",
            nativeCode: "\(answer.status)")
    }
}
