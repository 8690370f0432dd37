internal import IntegrationCore
internal import NIOHTTP1

/// Which redirects are followed, and how (RFC 9110, 15.4).
enum RedirectRule {
    /// What may go to another host: what describes the body and the trace. Everything else may be a credential.
    private static let shareable: Set<String> = [
        "accept", "accept-encoding", "content-type", "content-encoding", "user-agent", "traceparent", "tracestate",
    ]

    /// The next request; nil where the answer is no redirect or one that must not be followed: from `https` to `http`,
    /// or such that what was to be sent would be dropped on the way.
    ///
    /// - Throws: `addressForbidden` where the redirect leads to another host that may not be reached.
    static func next(
        after answer: HTTPAnswer, of request: HTTPRequest, _ allowed: AddressGuard
    ) throws(IntegrationError) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(answer.status),
            let location = answer.headers.first(name: "location")
        else { return nil }
        let isReading = request.method == "GET" || request.method == "HEAD"
        guard isReading || answer.status == 307 || answer.status == 308 else { return nil }
        let address: HTTPAddress
        do {
            address = try request.address.resolving(location)
        } catch {
            throw IntegrationError(
                .httpAnswerInvalid, "\(request.address.shown) redirects to an address that \(error.reason)")
        }
        guard address.isSecure || !request.address.isSecure else { return nil }
        var next = request
        next.address = address
        guard address.origin != request.address.origin else { return next }
        // Another host: its addresses are checked, and it gets nothing that proves who we are.
        next.guardedBy = request.guardedBy ?? allowed.forRedirects
        next.showsCertificate = false
        for (name, _) in request.headers where !shareable.contains(name.lowercased()) {
            next.headers.remove(name: name)
        }
        return next
    }
}
