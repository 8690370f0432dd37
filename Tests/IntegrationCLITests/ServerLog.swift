import ConnectorTestSupport
import Foundation
import FoundationNetworking

/// What the scripted server noted.
enum ServerLog {
    struct Entry {
        var target: String
        var status: Int
        var body: String
        var idempotencyKey: String
    }

    static func read(_ server: ScriptedServer) async throws -> [Entry] {
        let url = URL(string: server.url + "/log").unsafelyUnwrapped
        let data = try await URLSession.shared.data(from: url).0
        let log = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return (log?["requests"] as? [[String: Any]] ?? []).map { entry in
            let headers = (entry["headers"] as? [[String]] ?? []).map { ($0[0], $0[1]) }
            return Entry(
                target: entry["target"] as? String ?? "", status: entry["status"] as? Int ?? 0,
                body: entry["body"] as? String ?? "",
                idempotencyKey: headers.first { $0.0 == "idempotency-key" }?.1 ?? "")
        }
    }
}
