internal import IntegrationCore
internal import Synchronization

/// One who waits in a guard's line: told once what was decided, and before that when to look again.
final class GuardWaiter: Sendable {
    enum News: Sendable {
        case decision(GuardState.Decision)
        /// He is next, and time alone decides when.
        case lookAgain(at: Duration)
        /// His alarm went off.
        case alarm
        case cancelled
    }

    private struct State {
        var decision: GuardState.Decision?
        /// When he was told to look again.
        var moment: Duration?
        var hasHeardMoment = true
        var signal = ShutdownSignal()
    }

    private let state = Mutex(State())

    func decide(_ decision: GuardState.Decision) {
        let signal = state.withLock { state in
            state.decision = decision
            return state.signal
        }
        signal.signal()
    }

    func lookAgain(at moment: Duration) {
        let signal: ShutdownSignal? = state.withLock { state in
            guard state.moment != moment else { return nil }
            state.moment = moment
            state.hasHeardMoment = false
            return state.signal
        }
        signal?.signal()
    }

    /// What he is told next.
    ///
    /// - Parameter alarm: when he wants to be woken at the latest; nil: not at all.
    func news(until alarm: Duration?, _ clock: any TimeSource) async -> News {
        while true {
            let (news, signal) = take()
            if let news { return news }
            if let alarm, clock.now >= alarm { return .alarm }
            if Task.isCancelled { return .cancelled }
            guard let alarm else {
                await signal.wait()
                continue
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.wait() }
                group.addTask {
                    do throws(CancellationError) { try await clock.sleep(until: alarm) } catch {}
                }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// The decision, which must be on its way.
    func decision() async -> GuardState.Decision {
        while true {
            let (news, signal) = take()
            if case .decision(let decision) = news { return decision }
            await signal.waitToTheEnd()
        }
    }

    /// What he has not heard yet, or what will be signalled when there is something.
    private func take() -> (News?, ShutdownSignal) {
        state.withLock { state in
            if let decision = state.decision { return (.decision(decision), state.signal) }
            state.signal = ShutdownSignal()
            guard !state.hasHeardMoment, let moment = state.moment else { return (nil, state.signal) }
            state.hasHeardMoment = true
            return (.lookAgain(at: moment), state.signal)
        }
    }
}
