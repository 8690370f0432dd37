internal import HTTPTransport
internal import IntegrationCore
internal import Synchronization

/// Keeps a token and fetches the next one in time: one request at a time, however many wait for it.
final class TokenKeeper: Sendable {
    private let request: TokenRequest
    private let state = Mutex(TokenState<CheckedContinuation<TokenState<Never>.Outcome, Never>>())

    init(_ request: TokenRequest) { self.request = request }

    /// A token that still holds for a while.
    ///
    /// - Throws: why none can be had.
    func token(_ pool: HTTPPool, clock: any TimeSource) async throws(IntegrationError) -> SecretString {
        while true {
            guard !Task.isCancelled else {
                throw IntegrationError(.connectionCut, "nobody waits for the token any more: whoever asked is stopping")
            }
            switch state.withLock({ $0.ask(at: clock.now) }) {
            case .use(let token): return token
            case .fetch: return try await fetch(pool, clock)
            case .wait:
                switch await outcome() {
                case .token(let token): return token
                case .failed(let error): throw error
                case .askAgain: continue
                }
            }
        }
    }

    /// What becomes of the fetch of somebody else.
    private func outcome() async -> TokenState<Never>.Outcome {
        let ticket = state.withLock { $0.takeTicket() }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { $0.wait(continuation, ticket) }
                if !isWaiting { continuation.resume(returning: .askAgain) }
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket) }?.resume(returning: .askAgain)
        }
        state.withLock { $0.giveBack(ticket) }
        return outcome
    }

    private func fetch(_ pool: HTTPPool, _ clock: any TimeSource) async throws(IntegrationError) -> SecretString {
        do {
            let grant = try await request.fetch(pool)
            let waiting = state.withLock { $0.fetched(grant.token, lifetime: grant.lifetime, at: clock.now) }
            for continuation in waiting { continuation.resume(returning: .token(grant.token)) }
            return grant.token
        } catch {
            let waiting = state.withLock { $0.failed() }
            // Whoever fetched may have been stopped: that is no reason for the others to fail.
            let outcome: TokenState<Never>.Outcome = Task.isCancelled ? .askAgain : .failed(error)
            for continuation in waiting { continuation.resume(returning: outcome) }
            throw error
        }
    }

    /// Forgets a token that a server refused, unless another one is there already.
    func discard(_ token: SecretString) { state.withLock { $0.discard(token) } }

    /// A text without the token and the secret.
    func redacted(_ text: String) -> String {
        let text = request.redacted(text)
        guard let token = state.withLock({ $0.token }) else { return text }
        return text.replacing(token.reveal(), with: SecretString.mask)
    }
}
