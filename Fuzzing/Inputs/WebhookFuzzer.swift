internal import FuzzerSupport

/// Signatures of webhooks: the first byte says in which form, then headers as `name: value` lines come.
enum WebhookFuzzer: Fuzzer {
    static let name = "webhooks"
    private static let schemes: [UInt8: WebhookScheme] = [
        UInt8(ascii: "s"): .standard([[1]]),
        UInt8(ascii: "g"): scheme(.plain(prefix: "sha256=", timestampHeader: nil, idHeader: "x-id"), "{body}"),
        UInt8(ascii: "v"): scheme(
            .plain(prefix: "v0=", timestampHeader: "x-time", idHeader: nil), "v0:{timestamp}:{body}"),
        UInt8(ascii: "t"): scheme(.pairs(timestamp: "t", signature: "v1", idHeader: nil), "{timestamp}.{body}.{id}"),
    ]

    private static func scheme(_ form: WebhookScheme.Form, _ payload: String) -> WebhookScheme {
        WebhookScheme(form: form, signatureHeader: "x-signature", keys: [[1]], payload: payload)
    }

    static func check(_ input: [UInt8]) {
        guard let first = input.first, let scheme = schemes[first],
            let text = String(validating: input.dropFirst(), as: UTF8.self)
        else { return }
        var headers: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { headers[String(pair[0]), default: []].append(String(pair[1].drop { $0 == " " })) }
        }
        withinTime { checkClaim(scheme, headers) }
    }

    private static func checkClaim(_ scheme: WebhookScheme, _ headers: [String: [String]]) {
        switch scheme.claim(in: { headers[$0] ?? [] }) {
        case .failure(let refusal):
            require(refusal.status == 401 && !refusal.detail.isEmpty, "refused with \(refusal.status)")
        case .success(let claim):
            require(headers[scheme.signatureHeader]?.count == 1, "of two signatures one is taken")
            var body = Array("BODY".utf8)
            body = claim.prefix + body + claim.suffix
            let signed = String(decoding: body, as: UTF8.self)
            require(signed == payload(scheme, claim), "\(signed) is signed")
            for signature in claim.signatures {
                let hex = signature.map { byte in
                    [byte >> 4, byte & 15].map { String($0, radix: 16) }.joined()
                }.joined()
                require(Hexadecimal.decode(hex) == signature, "it is written as \(hex)")
            }
        }
    }

    /// What is signed, put together part by part.
    private static func payload(_ scheme: WebhookScheme, _ claim: WebhookClaim) -> String {
        let (time, id) = (claim.timestamp ?? "", claim.id ?? "")
        return switch scheme.form {
        case .standard: id + "." + time + ".BODY"
        case .plain(_, nil, _): "BODY"
        case .plain: "v0:" + time + ":BODY"
        case .pairs: time + ".BODY." + id
        }
    }
}
