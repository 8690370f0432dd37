internal import IntegrationCore
internal import Synchronization

/// Requests of several items, of which those that failed are asked for again.
extension EndpointGuard {
    /// Makes a request until each of its items is done or has failed for good.
    ///
    /// - Parameters:
    ///   - items: what is asked for.
    ///   - isPrompt: whether a request that is cancelled ends at once.
    ///   - prepare: makes the request for some of the items; it answers in their order.
    /// - Returns: in the order of `items`. Where the other system can't be reached, errors tell when it is asked next.
    func rounds<Item, Value: Sendable>(
        _ items: [Item], in scope: GuardScope, isPrompt: Bool,
        _ prepare: ([Item]) -> @Sendable () async throws(IntegrationError) -> [Result<Value, IntegrationError>]
    ) async -> [Result<Value, IntegrationError>] {
        var results: [Result<Value, IntegrationError>] = []
        var waiting = Array(items.indices)
        var failures = 0
        repeat {
            do throws(Failure) {
                let answers = try await attempt(in: scope, isPrompt: isPrompt, unwell: Self.complaint) {
                    prepare(waiting.map { items[$0] })
                }
                if failures == 0 { results = answers }
                for (index, answer) in zip(waiting, answers) { results[index] = answer }
            } catch {
                switch error {
                case .refused(let error):
                    // What the other system said before says more.
                    if failures == 0 { return items.map { _ in .failure(error) } }
                case .failed(let error):
                    if failures == 0 { results = items.map { _ in .failure(error) } }
                    for index in waiting { results[index] = .failure(error) }
                }
            }
            failures += 1
        } while await waitToRetry(&waiting, results, failures: failures, scope)
        for index in results.indices { advise(&results[index], at: scope.clock.now) }
        return results
    }

    /// Waits before the next try of what may be tried again.
    ///
    /// - Parameter waiting: which items were tried last, and those that are to be tried again.
    /// - Returns: false when there is nothing to try again, or no time.
    private func waitToRetry<Value>(
        _ waiting: inout [Int], _ results: [Result<Value, IntegrationError>], failures: Int, _ scope: GuardScope
    ) async -> Bool {
        guard let retry = options.retry else { return false }
        var retryAfter: Duration?
        waiting.removeAll { index in
            guard case .failure(let error) = results[index], retry.retries(error, failures: failures) else {
                return true
            }
            if let asked = error.retryAfter { retryAfter = max(asked, retryAfter ?? .zero) }
            return false
        }
        if waiting.isEmpty { return false }
        var random = scope.context.random
        let wait = retry.backoff.wait(after: failures, retryAfter: retryAfter, using: &random)
        guard await scope.context.pause(for: wait) else { return false }
        noteRetry()
        return true
    }

    /// Tells in an error when the other system is asked next, where it can't be reached.
    private func advise<Value>(_ result: inout Result<Value, IntegrationError>, at now: Duration) {
        guard case .failure(var error) = result, error.code.retryClass == .connection, error.retryAfter == nil,
            let wait = timeToNextTry(at: now)
        else { return }
        error.retryAfter = wait
        result = .failure(error)
    }

    /// What the answers to one request say against the other system: that it can't be reached, or that all it did was
    /// to fail.
    private static func complaint<Value>(_ answers: [Result<Value, IntegrationError>]) -> IntegrationError? {
        var first: IntegrationError?
        var areAllFailures = true
        for answer in answers {
            guard case .failure(let error) = answer else {
                areAllFailures = false
                continue
            }
            if error.code.retryClass == .connection { return error }
            if CircuitBreaker.Outcome(error.code.retryClass) != .failure { areAllFailures = false }
            first = first ?? error
        }
        return areAllFailures ? first : nil
    }

    /// Makes `count` requests, as many at once as may be under way.
    ///
    /// - Parameter maker: says where they are made.
    /// - Returns: in order.
    func fanOut<Value: Sendable>(
        _ count: Int, by maker: any RequestMaking, _ body: @escaping @Sendable (Int) async -> Value
    ) async -> [Value] {
        let width = lanes.withLock { $0.open(for: count, of: concurrency) }
        if width <= 1 {
            defer { lanes.withLock { $0.close() } }
            return await withTaskExecutorPreference(maker.nextExecutor()) {
                var values: [Value] = []
                for index in 0..<count { values.append(await body(index)) }
                return values
            }
        }
        let work = FanOut<Value>(count)
        await withDiscardingTaskGroup { group in
            for _ in 0..<width {
                group.addTask(executorPreference: maker.nextExecutor()) {
                    while let index = work.next() { work.finish(index, await body(index)) }
                    self.lanes.withLock { $0.endLane() }
                }
            }
        }
        lanes.withLock { $0.endFanOut() }
        return work.values
    }

    /// What makes requests beside each other now. More than there are permits would only wait for each other, and be
    /// woken for each request.
    struct Lanes {
        private var fanOuts = 0
        private var running = 0

        /// How many lanes somebody with so many requests gets: what is left, and never less than his share.
        mutating func open(for count: Int, of limit: Int) -> Int {
            fanOuts += 1
            let width = max(1, min(count, max(limit - running, limit / fanOuts)))
            running += width
            return width
        }

        mutating func endLane() { running -= 1 }
        mutating func endFanOut() { fanOuts -= 1 }

        mutating func close() {
            endLane()
            endFanOut()
        }
    }
}

/// Things to do, and what came of them.
private final class FanOut<Value: Sendable>: Sendable {
    private let state: Mutex<(next: Int, values: [Value?])>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        state = Mutex((0, Array(repeating: nil, count: count)))
    }

    /// What to do next; nil when there is nothing left.
    func next() -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func finish(_ index: Int, _ value: Value) { state.withLock { $0.values[index] = value } }

    /// In order, when all is done.
    var values: [Value] { state.withLock { $0.values.compactMap(\.self) } }
}
