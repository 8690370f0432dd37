internal import FoundationEssentials
internal import IntegrationCore
internal import NIOHTTP1

/// What a request shows of who sends it.
enum RequiredCredentials: Sendable {
    case bearer(SecretString)
    case basic(username: String, password: SecretString)
    case key(header: String, SecretString)
    case queryKey(parameter: String, SecretString)

    /// The header that carries it, in lower case, beside those that always do.
    var header: String? {
        if case .key(let header, _) = self { header } else { nil }
    }

    /// The parameter of the query that carries it.
    var parameter: String? {
        if case .queryKey(let parameter, _) = self { parameter } else { nil }
    }

    /// - Throws: 401 where the request does not show it, once.
    func check(_ head: HTTPRequestHead, _ target: RequestTarget) throws(Refusal) {
        switch self {
        case .bearer(let token):
            try demand(authorization(head, scheme: "bearer"), token.reveal(), challenge: "Bearer")
        case .basic(let username, let password):
            let expected = Data("\(username):\(password.reveal())".utf8).base64EncodedString()
            try demand(
                authorization(head, scheme: "basic"), expected,
                challenge: #"Basic realm="integration", charset="UTF-8""#)
        case .key(let header, let key):
            let values = head.headers[header]
            try demand(values.count == 1 ? values[0] : nil, key.reveal(), challenge: nil)
        case .queryKey(let parameter, let key):
            let values = target.parameters.filter { $0.name == parameter }
            try demand(values.count == 1 ? values[0].value : nil, key.reveal(), challenge: nil)
        }
    }

    private func authorization(_ head: HTTPRequestHead, scheme: StaticString) -> String? {
        let values = head.headers["authorization"]
        guard values.count == 1, let blank = values[0].firstIndex(of: " "),
            String(values[0][..<blank]).isEqualIgnoringCase(scheme)
        else { return nil }
        return String(values[0][blank...].drop { $0 == " " })
    }

    private func demand(_ shown: String?, _ expected: String, challenge: String?) throws(Refusal) {
        if let shown, ConstantTime.equal(Array(shown.utf8), Array(expected.utf8)) { return }
        throw Refusal(
            401, "the request does not show who may send it",
            headers: challenge.map { [Reply.Header("WWW-Authenticate", $0)] } ?? [])
    }
}
