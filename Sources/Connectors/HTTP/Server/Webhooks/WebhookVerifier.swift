internal import Crypto
internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1

/// Checks that a body is its sender's, and that it is new.
struct WebhookVerifier: Sendable {
    var scheme: WebhookScheme
    /// How old or young a request may be, in seconds, where its sender says when it was sent.
    var tolerance: Int64
    /// The ids that have come.
    let seen: SeenIDs

    var signatureHeader: String { scheme.signatureHeader }

    /// - Parameter now: seconds since 1970.
    /// - Returns: the id that the sender gave it; nil where there is none.
    /// - Throws: 401 where it is forged or stale, 409 where it has come before.
    func verify(_ headers: HTTPHeaders, body: ByteBuffer?, at now: Int64) throws(Refusal) -> String? {
        let claim: WebhookClaim
        switch scheme.claim(in: { headers[$0] }) {
        case .success(let found): claim = found
        case .failure(let refusal): throw refusal
        }
        if let timestamp = claim.timestamp {
            guard let sent = Int64(timestamp), sent >= 0 else {
                throw Refusal(401, "the time of sending is not a number of seconds")
            }
            guard abs(now - sent) <= tolerance else { throw Refusal(401, "the request is too old, or from the future") }
        }
        let isRight = scheme.keys.contains { key in
            var mac = HMAC<SHA256>(key: SymmetricKey(data: key))
            mac.update(data: claim.prefix)
            body?.withUnsafeReadableBytes { mac.update(data: $0) }
            mac.update(data: claim.suffix)
            let expected = Array(mac.finalize())
            // Every signature is looked at, whether one was right before or not.
            return claim.signatures.reduce(false) { ConstantTime.equal($1, expected) || $0 }
        }
        guard isRight else { throw Refusal(401, "the signature is not that of the body") }
        guard let id = claim.id else { return nil }
        guard seen.begin(id, at: now, window: claim.timestamp == nil ? SeenIDs.longWindow : 2 * tolerance) else {
            throw Refusal(409, "this has come before")
        }
        return id
    }
}
