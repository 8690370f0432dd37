import FoundationEssentials
import IntegrationCore
import IntegrationDocument
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPConnector

@Suite(
    "Standard Webhooks: its vectors",
    .enabled(if: Suites.have("standard-webhooks"), "\(Suites.absence("standard-webhooks"))"))
struct StandardWebhookTests {
    @Test("Every vector has its verdict")
    func vectors() throws {
        let text = try String(contentsOfFile: Suites.path("standard-webhooks", "vectors.json"), encoding: .utf8)
        let suite = try Document(Array(text.utf8))
        var count = 0
        try suite.withRoot { root in
            let payload = try #require(root["payload"]?.string)
            for item in try #require(root["cases"]).elements {
                let name = item["name"]?.string ?? ""
                let key = try #require(item["secret"]?.string.flatMap(WebhookScheme.standardKey), "\(name)")
                let now = try #require(item["now"]?.integer)
                let verifier = WebhookVerifier(scheme: .standard([key]), tolerance: 300, seen: SeenIDs())
                let headers = item["headers"]?.members.map { ($0.key.string ?? "", $0.value.string ?? "") } ?? []
                var isValid = true
                do throws(Refusal) {
                    let body = ByteBuffer(string: item["payload"]?.string ?? payload)
                    #expect(try verifier.verify(HTTPHeaders(headers), body: body, at: now) != nil)
                } catch {
                    isValid = false
                    #expect(error.status == 401, "\(name)")
                }
                #expect(isValid == (item["valid"]?.bool ?? false), "\(name)")
                count += 1
            }
        }
        #expect(count == 15)
    }

    @Test("While a secret is being changed both are right; a request that comes again is refused, changed ones too")
    func rotation() throws {
        let keys = try ["whsec_b25l", "dHdv"].map { try #require(WebhookScheme.standardKey($0)) }
        let verifier = WebhookVerifier(scheme: .standard(keys), tolerance: 300, seen: SeenIDs())
        func send(_ id: String, _ body: String, signedWith key: [UInt8], signedBody: String? = nil) -> Int {
            let signature = Signing.base64("\(id).100.\(signedBody ?? body)", key)
            let headers = HTTPHeaders([
                ("webhook-id", id), ("webhook-timestamp", "100"), ("webhook-signature", "v1,\(signature)"),
            ])
            do throws(Refusal) {
                _ = try verifier.verify(headers, body: ByteBuffer(string: body), at: 100)
                return 200
            } catch {
                return error.status
            }
        }
        #expect(send("a", "{}", signedWith: keys[0]) == 200)
        #expect(send("b", "{}", signedWith: keys[1]) == 200)
        #expect(send("c", "{}", signedWith: Array("three".utf8)) == 401)
        #expect(send("d", "{ }", signedWith: keys[0], signedBody: "{}") == 401)
        #expect(send("a", "{}", signedWith: keys[0]) == 409)
        #expect(WebhookScheme.standardKey("whsec_") == nil)
        #expect(WebhookScheme.standardKey("not base 64!") == nil)
    }
}
