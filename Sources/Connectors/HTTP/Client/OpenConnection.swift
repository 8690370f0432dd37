internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// A connection at work.
struct OpenConnection: Sendable {
    let connection: HTTPConnection
    let pool: HTTPPool
    let context: FlowContext

    /// Sends a request with everything that the connector adds: its headers, the trace, the credentials.
    ///
    /// - Parameters:
    ///   - input: what the connector's headers are filled in from.
    ///   - trace: the context of whoever causes the request.
    /// - Throws: why there is no answer; an answer of any status is returned.
    func send(
        _ prepared: HTTPRequest, _ input: inout TextInput, trace: TraceContext
    ) async throws(IntegrationError) -> HTTPAnswer {
        var request = prepared
        for entry in connection.headers where !request.headers.contains(name: entry.name) {
            try request.headers.set(entry.name, try entry.text.string(&input, encoding: .plain))
        }
        request.headers.setWhereMissing("user-agent", "integration")
        var random = context.random
        let span = trace.child(random.next())
        request.headers.replaceOrAdd(name: "traceparent", value: span.parent)
        if let state = span.state { request.headers.replaceOrAdd(name: "tracestate", value: state) }
        return try await connection.credentials.send(request, pool, clock: context.clock)
    }

    /// A trace that begins here, for requests that no message causes.
    func newTrace() -> TraceContext {
        var random = context.random
        return TraceContext(of: MessageID(high: random.next(), low: random.next()), random: random.next())
    }

    /// Why an answer is a failure; nil where it is none.
    ///
    /// - Parameter accepted: statuses beyond class 2xx that are none.
    func failure(_ answer: HTTPAnswer, of request: HTTPRequest, accepted: Set<Int> = []) -> IntegrationError? {
        guard !accepted.contains(answer.status), var code = HTTPStatus.failure(answer.status) else { return nil }
        let wait = answer.headers.first(name: "retry-after")
            .flatMap { RetryAfter.wait($0, now: context.clock.wallTime) }
        if answer.status == 503, wait != nil { code = .httpRateLimited }
        var said = connection.credentials.redacted(answer.excerpt)
        if answer.status == 400,
            ["No required SSL certificate", "SSL certificate error"].contains(where: said.contains)
        {
            // nginx answers so where TLS let us through, but not far: that is no fault of the message.
            code = .accessRefused
            said = "it demands a client certificate that it trusts (`tls.cert`): \(said)"
        }
        var error = IntegrationError(
            code, "\(request.method) \(request.address.shown) was answered with \(answer.statusText)",
            retryAfter: wait, nativeCode: "\(answer.status)", causes: said.isEmpty ? [] : [said])
        if (300...399).contains(answer.status), let location = answer.headers.first(name: "location") {
            error.causes = ["it points to \(HTTPAddress.shown(location))"]
        }
        return error
    }
}
