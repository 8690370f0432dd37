internal import IntegrationCore

/// Asks one endpoint after another, and the next where one fails for a reason that may pass.
struct BalancedFinder: Finder {
    let service: String
    let pool: EndpointPool

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        var tried: Set<Int> = []
        var failure = IntegrationError(.noEndpoint, "service `\(service)` has no endpoint")
        while let (number, finder) = pool.pick(except: tried) {
            defer { pool.release(number) }
            do {
                return try await finder.find(keys)
            } catch {
                guard error.isRetryable else { throw error }
                tried.insert(number)
                failure = error
            }
        }
        throw failure
    }
}
