public import IntegrationCore
internal import IntegrationDocument

/// An error as the API answers it: `{"error": {…}}`.
struct ErrorAnswer: Answer {
    struct Detail: Answer {
        static let title = "Error"
        static let members: [Member<Detail>] = [
            .text("code", "A stable code; `integration explain CODE` says more.") { $0.error.code.id },
            .text("title", "A few words: what happened.") { $0.error.code.title },
            .text("message", "One sentence about this very case.") { $0.error.message },
            .texts("causes", "The reasons below it, innermost last.") { $0.error.causes },
            .text("path", "Where in the message or text it happened.") { $0.error.path },
            .text("component", "What refused: a step, a source, a destination.") { $0.error.component },
            .text("solution", "What to do.") { $0.error.remedy ?? $0.error.code.remedy },
        ]
        let error: IntegrationError
    }

    static let title = "Failure"
    static let members: [Member<ErrorAnswer>] = [.object("error", "What went wrong.") { Detail(error: $0.error) }]
    let error: IntegrationError
}

extension AdminAnswer {
    init(_ error: IntegrationError) {
        self.init(ErrorAnswer(error: error))
        status = Self.status(of: error.code)
    }

    /// The HTTP status of an error (RFC 9110, 15).
    static func status(of code: ErrorCode) -> Int {
        switch code {
        case .requestInvalid, .messageNotJSON: 400
        case .roleTooLow: 403
        case .flowUnknown, .routeUnknown, .deadLetterUnknown, .queueUnknown, .connectorUnknown, .serviceUnknown,
            .endpointUnknown:
            404
        case .methodNotAllowed: 405
        case .flowExists, .flowNotRunning, .engineNotRunning, .idAmbiguous, .noStorage, .reloadFailed, .endpointExists:
            409
        case .requestTooLarge: 413
        case .configurationRefused, .cannotBuild, .endpointInvalid: 422
        default: code.isRetryable ? 503 : 500
        }
    }

    /// The error that an answer tells of; nil where it tells of none.
    public var error: IntegrationError? {
        guard !isSuccess else { return nil }
        let document: Document
        do {
            document = try Document(body)
        } catch {
            return IntegrationError(.answerBroken, "the engine answered with status \(status) and no JSON")
        }
        return document.withRoot { root in
            guard let detail = root["error"], let id = detail["code"]?.string else {
                return IntegrationError(.answerBroken, "the engine answered with status \(status)")
            }
            let title = detail["title"]?.string ?? ""
            let solution = detail["solution"]?.string
            let code = ErrorCode.all.first { $0.id == id }
            return IntegrationError(
                code ?? ErrorCode(id, title, explanation: title, remedy: solution ?? ""),
                detail["message"]?.string ?? "", path: detail["path"]?.string, component: detail["component"]?.string,
                causes: detail["causes"]?.elements.compactMap(\.string) ?? [],
                remedy: solution)
        }
    }
}
