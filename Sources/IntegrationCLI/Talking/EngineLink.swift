internal import IntegrationCore
internal import IntegrationServer

/// Somebody who answers requests of the admin API: a running engine, or the folder of a stopped one.
protocol EngineLink: Sendable {
    func answer(_ request: AdminRequest) async throws(IntegrationError) -> AdminAnswer
}

extension EngineLink {
    /// Asks, and takes an answer that tells of an error for one.
    func ask(
        _ method: AdminMethod, _ path: String, query: [(String, String?)] = [], body: [UInt8] = []
    ) async throws(IntegrationError) -> Reply {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        let target = path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        let answer = try await answer(AdminRequest(method, target, body: body))
        if let error = answer.error { throw error }
        return try Reply(answer.body)
    }
}
