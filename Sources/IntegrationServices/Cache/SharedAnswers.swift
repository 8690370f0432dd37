internal import IntegrationCore
internal import Synchronization

/// The answers that a service's callers share: those that are kept, and those that are on their way.
final class SharedAnswers: Sendable {
    /// A call under way for one key.
    final class Flight: Sendable {
        private let result = Mutex<LookupAnswer?>(nil)
        private let landed = ShutdownSignal()

        /// Nil: who asked was cut off.
        func land(_ answer: LookupAnswer?) {
            result.withLock { $0 = answer }
            landed.signal()
        }

        /// The answer, once it is there; nil where who asked was cut off, or the task is cancelled.
        func wait() async -> LookupAnswer? {
            await landed.wait()
            return result.withLock { $0 }
        }
    }

    /// What is to be done for a key.
    enum Duty {
        case answered(LookupAnswer)
        case wait(Flight)
        /// Ask, and land the flight.
        case ask(Flight)
    }

    private struct State {
        var cache: AnswerCache
        var flights: [LookupKey: Flight] = [:]
        var hits = 0
        var misses = 0
        var stale = 0
    }

    private let state: Mutex<State>
    private let clock: any TimeSource

    init(_ settings: CacheSettings, clock: any TimeSource) {
        state = Mutex(State(cache: AnswerCache(settings)))
        self.clock = clock
    }

    func duties(_ keys: [LookupKey]) -> [Duty] {
        let now = clock.now
        return state.withLock { state in
            keys.map { key in
                if let answer = state.cache.answer(to: key, at: now) {
                    state.hits += 1
                    return .answered(answer)
                }
                if let flight = state.flights[key] {
                    state.hits += 1
                    return .wait(flight)
                }
                state.misses += 1
                let flight = Flight()
                state.flights[key] = flight
                return .ask(flight)
            }
        }
    }

    /// Lands a flight with what the service said, or with what it said a while ago where it failed.
    ///
    /// - Parameter wasCutOff: whether nobody waited for the answer any more: others then ask again.
    /// - Returns: the answer.
    func land(_ flight: Flight, _ key: LookupKey, _ answer: LookupAnswer, wasCutOff: Bool) -> LookupAnswer {
        let now = clock.now
        let (answer, result): (LookupAnswer, LookupAnswer?) = state.withLock { state in
            state.flights[key] = nil
            guard case .failed(let error) = answer else {
                state.cache.keep(answer, to: key, at: now)
                return (answer, answer)
            }
            if wasCutOff { return (answer, nil) }
            guard error.isRetryable, let old = state.cache.staleAnswer(to: key, at: now) else {
                return (answer, answer)
            }
            state.stale += 1
            return (old, old)
        }
        flight.land(result)
        return answer
    }

    var status: CacheStatus {
        state.withLock { state in
            CacheStatus(
                entries: state.cache.count, bytes: state.cache.bytes, hits: state.hits, misses: state.misses,
                stale: state.stale)
        }
    }
}

/// What a cache holds, and what it was good for since it was opened.
public struct CacheStatus: Sendable, Hashable {
    public var entries: Int
    public var bytes: Int
    /// Keys that were answered without a call of their own.
    public var hits: Int
    public var misses: Int
    /// Answers that held no more, given because the service failed.
    public var stale: Int
}
