internal import IntegrationCore

/// What a server asks for.
extension HTTPAuthentication {
    static let secret = Field<SecretString>.required("secret", .secret, "The shared secret.")
    static let signature = Field<String>.required("header", .string, "The header that carries the signature.")
    static let prefix = Field<String>.defaulted("prefix", .string, "sha256=", "What stands before it.")
    static let timestamp = Field<String?>.optional(
        "timestamp_header", .string, "A header with the time of sending, signed with the body.")
    static let tolerance = Field<Duration>.defaulted(
        "tolerance", .duration, .seconds(300), "Older or younger requests are refused.")
    static let hmac = FieldTable(
        "hmac", summary: "A signature over the body (HMAC-SHA-256), as webhooks carry it.",
        fields: [secret, signature, prefix, timestamp, tolerance])

    static let server = [bearer, basic, apiKey, hmac]
}
