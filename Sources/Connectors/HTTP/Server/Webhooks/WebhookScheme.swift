internal import FoundationEssentials

/// Where a webhook carries its signature, and what is signed (HMAC-SHA-256 throughout).
struct WebhookScheme: Sendable {
    enum Form: Sendable {
        /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64 …`.
        case standard
        /// A header with a prefix and the digest, as GitHub and Slack write it.
        case plain(prefix: String, timestampHeader: String?, idHeader: String?)
        /// A header of pairs, as Stripe writes it: `t=1614265330,v1=HEX`.
        case pairs(timestamp: String, signature: String, idHeader: String?)
    }

    var form: Form
    /// In lower case.
    var signatureHeader: String
    var keys: [[UInt8]]
    /// What is signed: `{body}` stands for the body, `{timestamp}` and `{id}` for what the headers say.
    var payload: String
    var encoding = Encoding.hex

    enum Encoding: String, Sendable, CaseIterable { case hex, base64 }

    static func standard(_ keys: [[UInt8]]) -> WebhookScheme {
        WebhookScheme(
            form: .standard, signatureHeader: "webhook-signature", keys: keys, payload: "{id}.{timestamp}.{body}",
            encoding: .base64)
    }

    /// The bytes of a secret of Standard Webhooks, such as `whsec_…`; nil where it is not one.
    static func standardKey(_ secret: String) -> [UInt8]? {
        let text = secret.hasPrefix("whsec_") ? secret.dropFirst("whsec_".count) : secret[...]
        return bytes(ofBase64: text).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What the headers claim.
    ///
    /// - Parameter header: the values of all headers of a name, which is in lower case.
    func claim(in header: (String) -> [String]) -> Result<WebhookClaim, Refusal> {
        func only(_ name: String) -> String? {
            let values = header(name)
            return values.count == 1 && !values[0].isEmpty ? values[0] : nil
        }
        func missing(_ name: String) -> Result<WebhookClaim, Refusal> {
            .failure(Refusal(401, "there is no single header `\(name)`"))
        }
        guard let text = only(signatureHeader) else { return missing(signatureHeader) }
        switch form {
        case .standard:
            guard let id = only("webhook-id") else { return missing("webhook-id") }
            guard let timestamp = only("webhook-timestamp") else { return missing("webhook-timestamp") }
            let signatures = text.split(separator: " ").compactMap { part -> [UInt8]? in
                part.hasPrefix("v1,") ? Self.bytes(ofBase64: part.dropFirst(3)) : nil
            }
            return .success(claim(id, timestamp, signatures))
        case .plain(let prefix, let timestampHeader, let idHeader):
            var timestamp: String?
            if let timestampHeader {
                timestamp = only(timestampHeader)
                if timestamp == nil { return missing(timestampHeader) }
            }
            let id = idHeader.flatMap(only)
            if let idHeader, id == nil { return missing(idHeader) }
            guard text.hasPrefix(prefix) else { return .failure(Refusal(401, "the signature has another form")) }
            return .success(claim(id, timestamp, [decode(text.dropFirst(prefix.count))].compactMap(\.self)))
        case .pairs(let timestampKey, let signatureKey, let idHeader):
            let id = idHeader.flatMap(only)
            if let idHeader, id == nil { return missing(idHeader) }
            let pairs = text.split(separator: ",").map { part in
                part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            }.filter { $0.count == 2 }
            let timestamps = pairs.filter { $0[0] == timestampKey }.map { String($0[1]) }
            guard timestamps.count == 1 else {
                return .failure(Refusal(401, "the signature does not say when it was made"))
            }
            let signatures = pairs.filter { $0[0] == signatureKey }.compactMap { decode($0[1]) }
            return .success(claim(id, timestamps[0], signatures))
        }
    }

    private static func bytes(ofBase64 text: Substring) -> [UInt8]? {
        Data(base64Encoded: String(text)).map { Array($0) }
    }

    private func decode(_ text: Substring) -> [UInt8]? {
        switch encoding {
        case .base64: Self.bytes(ofBase64: text)
        case .hex: Hexadecimal.decode(text)
        }
    }

    private func claim(_ id: String?, _ timestamp: String?, _ signatures: [[UInt8]]) -> WebhookClaim {
        var parts: [[UInt8]] = [[], []]
        var side = 0
        var rest = payload[...]
        while !rest.isEmpty {
            if rest.hasPrefix("{body}") {
                side = 1
                rest = rest.dropFirst("{body}".count)
            } else if rest.hasPrefix("{timestamp}") {
                parts[side] += Array((timestamp ?? "").utf8)
                rest = rest.dropFirst("{timestamp}".count)
            } else if rest.hasPrefix("{id}") {
                parts[side] += Array((id ?? "").utf8)
                rest = rest.dropFirst("{id}".count)
            } else {
                parts[side] += Array(String(rest.removeFirst()).utf8)
            }
        }
        return WebhookClaim(id: id, timestamp: timestamp, prefix: parts[0], suffix: parts[1], signatures: signatures)
    }
}
