internal import IntegrationCore

/// The ways to prove who sends a request: what our own requests carry.
enum HTTPAuthentication {
    static let token = Field<SecretString>.required("token", .secret, "Sent as `Authorization: Bearer …`.")
    static let bearer = FieldTable("bearer", summary: "A token.", fields: [token])

    static let username = Field<String>.required("username", .string, "The name.")
    static let password = Field<SecretString>.required("password", .secret, "The password.")
    static let basic = FieldTable("basic", summary: "Name and password (RFC 7617).", fields: [username, password])

    enum Place: String, Sendable, CaseIterable { case header, query }

    static let place = Field<Place>.defaulted("in", .choice, .header, "Where the key is sent.")
    static let keyName = Field<String>.defaulted("name", .string, "X-API-Key", "The header or parameter.")
    static let key = Field<SecretString>.required("key", .secret, "The key.")
    static let apiKey = FieldTable(
        "api_key", summary: "A key in a header or parameter.", fields: [place, keyName, key])

    static let tokenURL = Field<URLValue>.required("token_url", .url("https", "http"), "Where tokens are had.")
    static let clientID = Field<String>.required("client_id", .string, "Who asks.")
    static let clientSecret = Field<SecretString>.required("client_secret", .secret, "How it proves that.")
    static let scopes = Field<[String]>.defaulted("scopes", .list(of: .string), [], "What is asked for.")
    static let audience = Field<String?>.optional("audience", .string, "Whom the token is for.")
    static let clientAuthentication = Field<ClientAuthentication>.defaulted(
        "client_auth", .choice, .header,
        "Where id and secret are sent: in a `header` (basic, as RFC 6749, 2.3.1, prefers) or in the `body`.")

    enum ClientAuthentication: String, Sendable, CaseIterable { case header, body }

    static let oauth2 = FieldTable(
        "oauth2", summary: "Client credentials (RFC 6749, section 4.4); tokens are renewed in time.",
        fields: [tokenURL, clientID, clientSecret, scopes, audience, clientAuthentication])

    static let client = [bearer, basic, apiKey, oauth2]
}
