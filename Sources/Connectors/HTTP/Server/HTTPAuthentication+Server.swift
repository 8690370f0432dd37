internal import IntegrationCore

/// What a server asks for.
extension HTTPAuthentication {
    static let secret = Field<SecretString>.required("secret", .secret, "The shared secret.")
    static let signature = Field<String>.required("header", .string, "The header that carries the signature.")
    static let prefix = Field<String>.defaulted("prefix", .string, "sha256=", "What stands before it.")
    static let encoding = Field<WebhookScheme.Encoding>.defaulted(
        "encoding", .choice, .hex, "How the signature is written.")
    static let timestamp = Field<String?>.optional(
        "timestamp_header", .string, "A header with the time of sending (seconds since 1970), signed with the body.")
    static let identifier = Field<String?>.optional(
        "id_header", .string, "A header that is another for each request; one that comes again is refused with 409.")
    static let payload = Field<String?>.optional(
        "payload", .string("text with `{body}` in it") { $0.contains("{body}") },
        "What is signed, with `{body}`, `{timestamp}` and `{id}`; by default `{timestamp}.{body}`, or `{body}` alone.")
    static let timestampKey = Field<String?>.optional(
        "timestamp_key", .string,
        "Where the header is a list of pairs (`t=…,v1=…`), the name before the time; `prefix` then means nothing.")
    static let signatureKey = Field<String>.defaulted(
        "signature_key", .string, "v1", "Where the header is a list of pairs, the name before the signature.")
    static let tolerance = Field<Duration>.defaulted(
        "tolerance", .duration, .seconds(300), "Older or younger requests are refused.")
    static let hmac = FieldTable(
        "hmac", summary: "A signature over the body (HMAC-SHA-256), as webhooks carry it.",
        fields: [
            secret, signature, prefix, encoding, timestamp, identifier, payload, timestampKey, signatureKey, tolerance,
        ])

    static let webhookSecrets = Field<[SecretString]>.required(
        "secret", .oneOrMany(of: .secret), "The secret, such as `whsec_…`; several while it is being changed.")
    static let standardWebhooks = FieldTable(
        "standard_webhooks",
        summary: "Signed as Standard Webhooks say: `webhook-id`, `webhook-timestamp`, `webhook-signature`.",
        fields: [webhookSecrets, tolerance])

    static let server = [bearer, basic, apiKey, hmac, standardWebhooks]
}

extension RequiredCredentials {
    /// Nil where the request shows a signature instead.
    init?(_ auth: DecodedFields) {
        typealias Fields = HTTPAuthentication
        switch auth.name {
        case Fields.bearer.name: self = .bearer(auth[Fields.token])
        case Fields.basic.name: self = .basic(username: auth[Fields.username], password: auth[Fields.password])
        case Fields.apiKey.name:
            switch auth[Fields.place] {
            case .header: self = .key(header: auth[Fields.keyName].lowercased(), auth[Fields.key])
            case .query: self = .queryKey(parameter: auth[Fields.keyName], auth[Fields.key])
            }
        default: return nil
        }
    }
}

extension WebhookVerifier {
    /// Nil where nothing is signed.
    ///
    /// - Throws: `cannotBuild` where a secret is not what its scheme says.
    init?(_ auth: DecodedFields) throws(IntegrationError) {
        typealias Fields = HTTPAuthentication
        switch auth.name {
        case Fields.standardWebhooks.name:
            var keys: [[UInt8]] = []
            for secret in auth[Fields.webhookSecrets] {
                guard let key = WebhookScheme.standardKey(secret.reveal()) else {
                    throw IntegrationError(
                        .cannotBuild, "a secret of `standard_webhooks` is `whsec_` and base 64",
                        remedy: "Copy the secret as the sender shows it.")
                }
                keys.append(key)
            }
            scheme = .standard(keys)
        case Fields.hmac.name: scheme = WebhookScheme(auth)
        default: return nil
        }
        tolerance = auth[Fields.tolerance].components.seconds
        seen = SeenIDs()
    }
}

extension WebhookScheme {
    fileprivate init(_ auth: DecodedFields) {
        typealias Fields = HTTPAuthentication
        let timestampHeader = auth[Fields.timestamp]?.lowercased()
        let idHeader = auth[Fields.identifier]?.lowercased()
        let hasTime: Bool
        if let key = auth[Fields.timestampKey] {
            form = .pairs(timestamp: key, signature: auth[Fields.signatureKey], idHeader: idHeader)
            hasTime = true
        } else {
            form = .plain(prefix: auth[Fields.prefix], timestampHeader: timestampHeader, idHeader: idHeader)
            hasTime = timestampHeader != nil
        }
        signatureHeader = auth[Fields.signature].lowercased()
        keys = [Array(auth[Fields.secret].reveal().utf8)]
        payload = auth[Fields.payload] ?? (hasTime ? "{timestamp}.{body}" : "{body}")
        encoding = auth[Fields.encoding]
    }
}
