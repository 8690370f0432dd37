public import IntegrationCore
internal import NIOCore
internal import NIOSSL

/// The open connections of a transport. Anybody may send at once.
public final class HTTPPool: Sendable {
    public let options: HTTPTransportOptions
    let resolver: NameResolver
    private let connections: ConnectionPool
    /// For HTTP/2 and proxies.
    private let clients: HTTPClients
    private let explainer: TLSExplainer

    /// - Throws: `cannotBuild` where a certificate or key can't be read.
    init(_ options: HTTPTransportOptions, _ resolver: NameResolver) throws(IntegrationError) {
        self.options = options
        self.resolver = resolver
        let tls = try TLSMaterial.configuration(options.tls)
        connections = ConnectionPool(options, tls)
        clients = HTTPClients(options, tls)
        explainer = TLSExplainer(tls, options)
    }

    /// Where requests do best: on the loops that connections live on, in turn.
    public static func nextExecutor() -> any TaskExecutor { EventLoopExecutor.next() }

    func close() async {
        await connections.close()
        await clients.close()
    }

    /// Sends a request and returns the whole answer, whatever its status.
    ///
    /// - Throws: why there is no answer, or none that may be read: the network's codes (`IE30…`), `httpAnswerInvalid`,
    ///   `httpRequestInvalid`, `addressForbidden`.
    public func send(_ request: HTTPRequest) async throws(IntegrationError) -> HTTPAnswer {
        let timeout = request.timeout ?? options.timeout
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        var request = request
        var left = options.redirects
        while true {
            let answer = try await sendOnce(request, deadline, timeout)
            guard left > 0, let next = try RedirectRule.next(after: answer, of: request, options.allowed) else {
                return answer
            }
            request = next
            left -= 1
        }
    }

    /// - Parameter timeout: what `deadline` was made of, for words.
    private func sendOnce(
        _ request: HTTPRequest, _ deadline: NIODeadline, _ timeout: Duration
    ) async throws(IntegrationError) -> HTTPAnswer {
        let detour = try await detour(for: request)
        var intake = AnswerIntake(limit: options.maximumAnswer)
        do {
            do {
                return try await exchange(request, detour, intake, deadline)
            } catch ExchangeError.closed where request.isIdempotent && intake.progress == nil {
                // The server closed an idle connection just when we used it: nothing was done, so once more.
                intake = AnswerIntake(limit: options.maximumAnswer)
                return try await exchange(request, detour, intake, deadline)
            }
        } catch {
            let failure = ExchangeFailure(
                request: request, options: options, timeout: timeout, progress: intake.progress)
            var translated = failure.translate(error)
            if translated.code == .tlsFailed {
                translated.causes = await explainer.explain(error, request.address, detour)
            } else if case ExchangeError.closed = error, request.address.isSecure, intake.progress == nil,
                let reason = await explainer.refusal(request.address, detour)
            {
                translated = failure.untrusted(reason)
            }
            throw translated
        }
    }

    private func exchange(
        _ request: HTTPRequest, _ detour: Detour?, _ intake: AnswerIntake, _ deadline: NIODeadline
    ) async throws -> HTTPAnswer {
        if options.proxy != nil || (options.http2 && request.address.isSecure) {
            return try await clients.exchange(request, detour, intake, until: deadline)
        }
        let target = ConnectionTarget(request.address, detour, showsCertificate: request.showsCertificate)
        return try await connections.exchange(request, target, intake, until: deadline)
    }

    /// Where the connection goes, if not to the URL's host: to the address that was checked, or from the name that the
    /// certificate bears to the host.
    private func detour(for request: HTTPRequest) async throws(IntegrationError) -> Detour? {
        let address = request.address
        var target: String?
        if let rule = request.guardedBy { target = try await checked(address, rule).description }
        let name = address.isSecure && request.guardedBy == nil ? options.tls.serverName : nil
        guard target != nil || (name != nil && name != address.host) else { return nil }
        return Detour(
            name: (name ?? address.host).lowercased(), target: target ?? address.host,
            showsCertificate: request.showsCertificate)
    }

    private func checked(
        _ address: HTTPAddress, _ rule: AddressGuard
    ) async throws(IntegrationError) -> NetworkAddress {
        do {
            try rule.check(host: address.host)
            let found = try await resolver.addresses(of: address.host, timeout: options.connectTimeout)
            for candidate in found { try rule.check(candidate, of: address.host) }
            return found[0]
        } catch let error as IntegrationError {
            throw error
        } catch let refusal as AddressGuard.Refusal {
            throw IntegrationError(.addressForbidden, "\(address.shown) may not be reached: \(refusal.reason)")
        } catch {
            throw IntegrationError(.addressForbidden, "\(address.shown) may not be reached", causes: ["\(error)"])
        }
    }
}
