internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument

/// Finds out whether the server of a connector can be reached and takes our credentials.
struct HTTPProbe: ConnectorProbe {
    let connection: HTTPConnection

    func run(in context: FlowContext, _ report: @escaping @Sendable (ProbeStep) -> Void) async {
        do throws(IntegrationError) {
            let steps = ProbeSteps(clock: context.clock, report: report)
            let base = try await steps.setUp { () throws(IntegrationError) in try connection.requireBase() }
            let inspection = try await steps.setUp { () throws(IntegrationError) in
                try HTTPInspection(base, through: connection.transport)
            }
            let addresses = try await steps.take(.resolve) { () async throws(IntegrationError) in
                let found = try await inspection.resolve()
                let shown = found.prefix(3).map(\.description).joined(separator: ", ") + (found.count > 3 ? ", …" : "")
                return (found, .passed(inspection.usesProxy ? "the proxy: \(shown)" : shown))
            }
            try await connect(inspection, base, addresses, steps)
            try await ask(base, context, steps)
        } catch {
            // Reported by the step that failed.
            return
        }
    }

    private func connect(
        _ inspection: HTTPInspection, _ base: HTTPAddress, _ addresses: [NetworkAddress], _ steps: ProbeSteps
    ) async throws(IntegrationError) {
        let started = steps.clock.now
        let outcome: IntegrationError?
        do throws(IntegrationError) {
            outcome = try await inspection.withConnection(to: addresses) { open in
                steps.say(.connect, .passed(open.peer), since: started)
                do throws(IntegrationError) {
                    try await agree(inspection, base, open, steps)
                    return nil
                } catch {
                    return error
                }
            }
        } catch {
            steps.say(.connect, .failed(error), since: started)
            throw error
        }
        if let outcome { throw outcome }
    }

    private func agree(
        _ inspection: HTTPInspection, _ base: HTTPAddress, _ open: HTTPInspection.Connection, _ steps: ProbeSteps
    ) async throws(IntegrationError) {
        guard base.isSecure else {
            return steps.say(.tls, .skipped("`base_url` begins with http://"), since: steps.clock.now)
        }
        guard !inspection.usesProxy else {
            return steps.say(.tls, .skipped("it goes through the proxy"), since: steps.clock.now)
        }
        try await steps.take(.tls) { () async throws(IntegrationError) in
            let agreement = try await inspection.agree(over: open)
            var words = agreement.version
            if let certificate = agreement.certificate {
                let days = certificate.daysLeft(at: Int(steps.clock.wallTime.components.seconds))
                words += days < 0 ? ", expired on \(certificate.lastDay)" : ", expires in \(days) days"
            }
            if !connection.transport.options.tls.verify { words += " (not verified)" }
            return ((), .passed(words))
        }
    }

    /// The request, whose answer tells about the credentials too.
    private func ask(
        _ base: HTTPAddress, _ context: FlowContext, _ steps: ProbeSteps
    ) async throws(IntegrationError) {
        let probe = connection.probe
        let request = HTTPRequest(probe.method, probe.path.isEmpty ? base : base.appending(path: probe.path))
        let started = steps.clock.now
        let failure: IntegrationError?
        let answer: HTTPAnswer
        do {
            (answer, failure) = try await connection.open(in: context) { open in
                let arena = context.arenas.take()
                defer { context.arenas.give(arena) }
                var input = TextInput(arena: arena, context: context)
                let answer = try await open.send(request, &input, trace: open.newTrace())
                return (answer, open.failure(answer, of: request))
            }
        } catch {
            let error = error as? IntegrationError ?? IntegrationError(.connectionCut, "\(error)")
            steps.say(error.code == .accessRefused ? .authenticate : .request, .failed(error), since: started)
            throw error
        }
        if var failure, failure.code == .accessRefused {
            failure.message = "the server refused \(connection.credentials.kind): \(failure.message)"
            steps.say(.authenticate, .failed(failure), since: started)
            throw failure
        }
        if connection.credentials.areAny {
            steps.say(.authenticate, .passed("\(connection.credentials.kind): not refused"), since: started)
        } else {
            steps.say(.authenticate, .skipped("the connector has no `auth`"), since: steps.clock.now)
        }
        let words = "\(probe.method) \(request.address.shown): \(answer.statusText)"
        if let failure, answer.status >= 500 || probe.isChosen {
            steps.say(.request, .failed(failure), since: started)
            throw failure
        }
        steps.say(.request, .passed(words), since: started)
    }
}
