internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// How a token is asked for by client credentials, and what the answer means (RFC 6749, 4.4 and 5).
struct TokenRequest: Sendable {
    /// A token, and how long it holds.
    struct Grant: Sendable {
        var token: SecretString
        /// Nil where the server does not say.
        var lifetime: Duration?
    }

    private let address: HTTPAddress
    private let id: String
    private let secret: SecretString
    private let parameters: [(name: String, value: String)]
    private let place: HTTPAuthentication.ClientAuthentication

    init(_ auth: DecodedFields) throws(IntegrationError) {
        address = try HTTPConnection.address(auth[HTTPAuthentication.tokenURL].reveal(), "token_url")
        id = auth[HTTPAuthentication.clientID]
        secret = auth[HTTPAuthentication.clientSecret]
        place = auth[HTTPAuthentication.clientAuthentication]
        var parameters = [(name: "grant_type", value: "client_credentials")]
        let scopes = auth[HTTPAuthentication.scopes]
        if !scopes.isEmpty { parameters.append(("scope", scopes.joined(separator: " "))) }
        if let audience = auth[HTTPAuthentication.audience] { parameters.append(("audience", audience)) }
        self.parameters = parameters
    }

    private var request: HTTPRequest {
        var form = HTTPForm()
        for (name, value) in parameters { form.add(name, value) }
        var request = HTTPRequest("POST", address)
        switch place {
        case .header:
            let basic = Credentials.basic(HTTPForm.encoded(id), HTTPForm.encoded(secret.reveal()))
            request.headers.add(name: "authorization", value: basic.reveal())
        case .body:
            form.add("client_id", id)
            form.add("client_secret", secret.reveal())
        }
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "accept", value: "application/json")
        request.body = ByteBuffer(string: form.text)
        return request
    }

    /// Fetches a token.
    ///
    /// - Throws: `accessRefused` where the server gives none, whatever its reason: that is no message's fault.
    func fetch(_ pool: HTTPPool) async throws(IntegrationError) -> Grant {
        let answer = try await pool.send(request)
        let document = try? Document(answer.body.readableBytesView)
        guard (200...299).contains(answer.status) else {
            let said = document?.withRoot { root in
                [root["error"]?.string, root["error_description"]?.string].compactMap(\.self).joined(separator: ": ")
            }
            throw refused(
                "\(address.shown) gave no token: \(answer.statusText)",
                said.flatMap { $0.isEmpty ? nil : $0 } ?? answer.excerpt, answer.status)
        }
        let grant = document?.withRoot { root -> Grant? in
            guard let token = root["access_token"]?.string, HeaderName.isValue(token), !token.isEmpty else {
                return nil
            }
            let seconds = root["expires_in"].flatMap { $0.double ?? $0.string.flatMap(Double.init) }
            return Grant(
                token: SecretString(token),
                lifetime: seconds.flatMap { $0 > 0 ? .seconds(min($0, 1e9)) : nil })
        }
        guard let grant = grant ?? nil else {
            throw refused("the answer of \(address.shown) holds no `access_token`", "", answer.status)
        }
        return grant
    }

    private func refused(_ message: String, _ said: String, _ status: Int) -> IntegrationError {
        IntegrationError(
            .accessRefused, message, nativeCode: "\(status)",
            causes: said.isEmpty ? [] : [said.replacing(secret.reveal(), with: SecretString.mask)],
            remedy: "Compare `auth` of the connector (token_url, client_id, client_secret, scopes) with the server's.")
    }

    /// A text without the secret.
    func redacted(_ text: String) -> String { text.replacing(secret.reveal(), with: SecretString.mask) }
}
