internal import HTTPTransport
internal import IntegrationCore
internal import NIOHTTP1

/// How requests prove who sends them.
enum Credentials: Sendable {
    case none
    case header(name: String, SecretString)
    case parameter(name: String, SecretString)
    case oauth2(TokenKeeper)

    init(_ auth: DecodedFields) throws(IntegrationError) {
        switch auth.name {
        case HTTPAuthentication.bearer.name:
            self = .header(
                name: "authorization", SecretString("Bearer " + auth[HTTPAuthentication.token].reveal()))
        case HTTPAuthentication.basic.name:
            let name = auth[HTTPAuthentication.username]
            guard !name.contains(":") else {
                throw IntegrationError(
                    .cannotBuild, "`username` holds a colon, which no name for basic may (RFC 7617, 2)")
            }
            self = .header(
                name: "authorization", Self.basic(name, auth[HTTPAuthentication.password].reveal()))
        case HTTPAuthentication.apiKey.name:
            let key = auth[HTTPAuthentication.key]
            switch auth[HTTPAuthentication.place] {
            case .header:
                let name = auth[HTTPAuthentication.keyName]
                guard HeaderName.isSettable(name) else {
                    throw IntegrationError(.cannotBuild, "`\(name)` is no header that can carry a key")
                }
                self = .header(name: name, key)
            case .query: self = .parameter(name: auth[HTTPAuthentication.keyName], key)
            }
        default: self = .oauth2(TokenKeeper(try TokenRequest(auth)))
        }
        if case .header(_, let value) = self, !HeaderName.isValue(value.reveal()) {
            throw IntegrationError(
                .cannotBuild, "the secret holds a line break or another control character, which no header may hold",
                remedy: "Look for a line break at the end of the file or variable that holds it.")
        }
    }

    static func basic(_ name: String, _ password: String) -> SecretString {
        SecretString("Basic " + Base64.encode(Array("\(name):\(password)".utf8)))
    }

    var areAny: Bool { if case .none = self { false } else { true } }

    /// What it is called in messages.
    var kind: String {
        switch self {
        case .none: "no credentials"
        case .header(let name, let value):
            name == "authorization" ? "the \(value.reveal().prefix { $0 != " " }.lowercased()) credentials" : "the key"
        case .parameter: "the key"
        case .oauth2: "the token"
        }
    }

    /// Sends a request with the credentials. A token that is refused with 401 is fetched anew once.
    func send(
        _ request: HTTPRequest, _ pool: HTTPPool, clock: any TimeSource
    ) async throws(IntegrationError) -> HTTPAnswer {
        var request = request
        switch self {
        case .none: break
        case .header(let name, let value): request.headers.replaceOrAdd(name: name, value: value.reveal())
        case .parameter(let name, let value): request.address.add(query: name, value.reveal())
        case .oauth2(let keeper):
            let token = try await keeper.token(pool, clock: clock)
            request.headers.replaceOrAdd(name: "authorization", value: "Bearer " + token.reveal())
            let answer = try await pool.send(request)
            guard answer.status == 401 else { return answer }
            keeper.discard(token)
            let fresh = try await keeper.token(pool, clock: clock)
            request.headers.replaceOrAdd(name: "authorization", value: "Bearer " + fresh.reveal())
        }
        return try await pool.send(request)
    }

    /// A text without what is secret here: servers like to repeat what they were sent.
    func redacted(_ text: String) -> String {
        switch self {
        case .none: return text
        case .header(_, let value), .parameter(_, let value):
            let whole = value.reveal()
            let bare = whole.lastIndex(of: " ").map { String(whole[whole.index(after: $0)...]) } ?? whole
            return text.replacing(bare, with: SecretString.mask)
        case .oauth2(let keeper): return keeper.redacted(text)
        }
    }
}
