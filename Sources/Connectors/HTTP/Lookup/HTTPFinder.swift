internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// An open HTTP lookup.
struct HTTPFinder: Finder, HealthChecking {
    let lookup: HTTPLookup
    let address: HTTPAddress
    let open: OpenConnection

    var keysPerRequest: Int { lookup.rows.keysPerRequest }
    var endsWhenCancelled: Bool { true }
    func nextExecutor() -> (any TaskExecutor)? { HTTPPool.nextExecutor() }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        guard keys.count > keysPerRequest else { return try await ask(keys) }
        var answers: [LookupAnswer] = []
        for start in stride(from: 0, to: keys.count, by: keysPerRequest) {
            answers += try await ask(Array(keys[start..<min(start + keysPerRequest, keys.count)]))
        }
        return answers
    }

    /// One request.
    private func ask(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        let arena = open.context.arenas.take()
        defer { open.context.arenas.give(arena) }
        var input = TextInput(keys: keys, arena: arena, context: open.context)
        var request: HTTPRequest
        do throws(IntegrationError) {
            request = try lookup.template.request(address, &input)
        } catch  where error.code == .httpRequestInvalid {
            // The keys' own fault, not the service's.
            return keys.map { _ in .failed(error) }
        }
        request.headers.setWhereMissing("accept", "application/json")
        let answer = try await open.send(request, &input, trace: open.newTrace())
        if answer.status == 404 || answer.status == 410 { return keys.map { _ in .missing } }
        if let failure = open.failure(answer, of: request) {
            guard failure.code == .httpRefused else { throw failure }
            return keys.map { _ in .failed(failure) }
        }
        return try lookup.rows.read(answer, of: request, for: keys, open)
    }

    func checkHealth(_ path: String, timeout: Duration) async throws(IntegrationError) {
        let arena = open.context.arenas.take()
        defer { open.context.arenas.give(arena) }
        var root = address
        root.path = ""
        let request = HTTPRequest("GET", root.appending(path: path), timeout: timeout)
        var input = TextInput(arena: arena, context: open.context)
        let answer = try await open.send(request, &input, trace: open.newTrace())
        if let failure = open.failure(answer, of: request) { throw failure }
    }
}
