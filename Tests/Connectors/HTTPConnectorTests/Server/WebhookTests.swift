import IntegrationCore
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPConnector

@Suite("Webhooks that are signed", .timeLimit(.minutes(1)))
struct WebhookTests {
    private static let now: Int64 = 1_767_225_600

    private func verdict(_ verifier: WebhookVerifier, _ headers: [(String, String)], _ body: String) -> Int {
        do throws(Refusal) {
            _ = try verifier.verify(HTTPHeaders(headers), body: ByteBuffer(string: body), at: Self.now)
            return 200
        } catch {
            return error.status
        }
    }

    @Test("GitHub's form: the digest of the body behind `sha256=`; a delivery that comes again is refused")
    func github() {
        let scheme = WebhookScheme(
            form: .plain(prefix: "sha256=", timestampHeader: nil, idHeader: "x-github-delivery"),
            signatureHeader: "x-hub-signature-256", keys: [Array("secret".utf8)], payload: "{body}")
        let verifier = WebhookVerifier(scheme: scheme, tolerance: 300, seen: SeenIDs())
        let good = "sha256=" + Signing.hex("{}", "secret")
        func attempt(_ signature: String?, _ id: String?, _ body: String = "{}") -> Int {
            var headers: [(String, String)] = []
            if let signature { headers.append(("X-Hub-Signature-256", signature)) }
            if let id { headers.append(("X-GitHub-Delivery", id)) }
            return verdict(verifier, headers, body)
        }
        #expect(attempt(good, "1") == 200)
        #expect(attempt(good, "1") == 409)
        #expect(attempt(good, "2", "{ }") == 401)
        #expect(attempt(nil, "2") == 401)
        #expect(attempt(good, nil) == 401)
        #expect(attempt(String(good.dropFirst(7)), "2") == 401)
        #expect(attempt("sha1=" + good.dropFirst(7), "2") == 401)
        #expect(attempt(good.uppercased().replacing("SHA256", with: "sha256"), "2") == 200)
    }

    @Test("Slack's form signs a version and the time before the body; Stripe's puts time and digest into pairs")
    func slackAndStripe() {
        let slack = WebhookVerifier(
            scheme: WebhookScheme(
                form: .plain(prefix: "v0=", timestampHeader: "x-slack-request-timestamp", idHeader: nil),
                signatureHeader: "x-slack-signature", keys: [Array("k".utf8)], payload: "v0:{timestamp}:{body}"),
            tolerance: 300, seen: SeenIDs())
        func slackVerdict(at time: Int64, signedAt: Int64? = nil) -> Int {
            verdict(
                slack,
                [
                    ("X-Slack-Request-Timestamp", "\(time)"),
                    ("X-Slack-Signature", "v0=" + Signing.hex("v0:\(signedAt ?? time):a=1", "k")),
                ], "a=1")
        }
        #expect(slackVerdict(at: Self.now) == 200)
        #expect(slackVerdict(at: Self.now - 300) == 200)
        #expect(slackVerdict(at: Self.now - 301) == 401)
        #expect(slackVerdict(at: Self.now + 301) == 401)
        #expect(slackVerdict(at: Self.now, signedAt: Self.now - 1) == 401)
        let stripe = WebhookVerifier(
            scheme: WebhookScheme(
                form: .pairs(timestamp: "t", signature: "v1", idHeader: nil), signatureHeader: "stripe-signature",
                keys: [Array("k".utf8)], payload: "{timestamp}.{body}"), tolerance: 300, seen: SeenIDs())
        let digest = Signing.hex("\(Self.now).{}", "k")
        let wrong = String(repeating: "0", count: 64)
        #expect(
            verdict(stripe, [("Stripe-Signature", "t=\(Self.now),v1=\(wrong),v1=\(digest),v0=\(wrong)")], "{}") == 200)
        #expect(verdict(stripe, [("Stripe-Signature", "t=\(Self.now),v0=\(digest)")], "{}") == 401)
        #expect(verdict(stripe, [("Stripe-Signature", "v1=\(digest)")], "{}") == 401)
        #expect(verdict(stripe, [("Stripe-Signature", "t=\(Self.now),t=1,v1=\(digest)")], "{}") == 401)
    }

    @Test("An id whose request was not accepted may come again; one that was may not, until its time is over")
    func seen() {
        let seen = SeenIDs(limit: 2)
        #expect(seen.begin("a", at: 0, window: 10))
        #expect(!seen.begin("a", at: 1, window: 10))
        seen.settle("a", isAccepted: false)
        #expect(seen.begin("a", at: 2, window: 10))
        seen.settle("a", isAccepted: true)
        #expect(!seen.begin("a", at: 11, window: 10))
        #expect(seen.begin("a", at: 12, window: 10))
        // Bounded: the oldest goes first.
        #expect(seen.begin("b", at: 12, window: 10))
        #expect(seen.begin("c", at: 12, window: 10))
        #expect(seen.begin("a", at: 12, window: 10))
        #expect(!seen.begin("c", at: 12, window: 10))
    }
}
