import Crypto
import FoundationEssentials

/// Signs as senders of webhooks do.
enum Signing {
    static func digest(_ text: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }

    static func base64(_ text: String, _ key: [UInt8]) -> String { Data(digest(text, key)).base64EncodedString() }

    static func hex(_ text: String, _ key: String) -> String {
        digest(text, Array(key.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
