/// What a request's headers claim of its body.
struct WebhookClaim {
    var id: String?
    /// Seconds since 1970, as written.
    var timestamp: String?
    /// What is signed before and behind the body.
    var prefix: [UInt8]
    var suffix: [UInt8]
    var signatures: [[UInt8]]
}
