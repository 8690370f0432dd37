internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    static let waiting: [Check] = [
        .open("who waits for messages wakes when one is put in, without asking again") { store, clock in
            async let isAwake: Void = store.waitForMessages(in: "q")
            try await store.put(["a"], in: "q")
            try await isAwake
            try require(try await store.mustTake(from: "q").texts, is: ["a"], "it is there")
        },
        .open("who waits for messages wakes when one is put back") { store, clock in
            try await store.put(["a"], in: "q")
            let claim = try await store.mustTake(from: "q")
            async let isAwake: Void = store.waitForMessages(in: "q")
            try await clock.somebodySleeps()
            var change = StoreChange()
            change.putBack = [PutBack(lease: claim.lease, sequence: claim.messages[0].sequence)]
            try await store.commit(change)
            try await isAwake
            try require(clock.now, is: .zero, "at once")
            try require(try await store.mustTake(from: "q").texts, is: ["a"], "it is there")
        },
        .open("who waits for messages wakes when one is due, not before and not by asking") { store, clock in
            try await store.put(["a"], in: "q", due: clock.wallTime + .seconds(3600))
            try require(try await store.take(from: "q") == nil, "not due")
            async let isAwake: Void = store.waitForMessages(in: "q")
            try await clock.somebodySleeps()
            try require(clock.deadlines, is: [.seconds(3600)], "the next look is when it is due")
            clock.advance(by: .seconds(3600))
            try await isAwake
            try require(try await store.mustTake(from: "q").texts, is: ["a"], "it is there")
        },
        .open("who waits for messages wakes when something earlier is delayed") { store, clock in
            try await store.put(["late"], in: "q", due: clock.wallTime + .seconds(3600))
            try require(try await store.take(from: "q") == nil, "not due")
            async let isAwake: Void = store.waitForMessages(in: "q")
            try await clock.somebodySleeps()
            try await store.put(["soon"], in: "q", due: clock.wallTime + .seconds(5))
            // Put in behind what was handed out: one look finds that nothing is ready in turn.
            try await isAwake
            try require(try await store.take(from: "q") == nil, "not due either")
            async let isAwakeAgain: Void = store.waitForMessages(in: "q")
            try await clock.somebodySleeps()
            try require(clock.deadlines, is: [.seconds(5)], "the next look is when the earlier one is due")
            clock.advance(by: .seconds(5))
            try await isAwakeAgain
            try require(try await store.mustTake(from: "q").texts, is: ["soon"], "the earlier one")
        },
        .open("who waits for messages wakes when a lease expires") { store, clock in
            try await store.put(["a"], in: "q")
            _ = try await store.mustTake(from: "q")
            async let isAwake: Void = store.waitForMessages(in: "q")
            try await clock.somebodySleeps()
            clock.advance(by: .seconds(30))
            try await isAwake
            try require(try await store.mustTake(from: "q").texts, is: ["a"], "it is there")
        },
        .open("waiting ends with an error when it is cancelled") { store, clock in
            let code = await withTaskGroup(of: ErrorCode?.self) { group in
                group.addTask {
                    do throws(IntegrationError) {
                        try await store.waitForMessages(in: "q")
                        return nil
                    } catch {
                        return error.code
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            try require(code, is: .storeClosed, "a cancelled wait does not say that there is something")
        },
        .open("who waits for room wakes when there is some") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 2))
            try await store.put(["a", "b"], in: "q")
            let claim = try await store.mustTake(1, from: "q")
            async let isAwake: Void = store.waitForRoom(in: "q")
            try await store.acknowledge(claim)
            try await isAwake
            try await store.put(["c"], in: "q")
            try require(try await store.summary(of: "q").messages, is: 2, "the room was there")
        },
    ]

    static let limits: [Check] = [
        .open("a queue takes no more than it may hold, and a refusal leaves nothing behind") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 3, maxBytes: 100))
            try await store.put(["a", "b"], in: "q")
            var tooMany = StoreChange()
            tooMany.enqueue = [Enqueue("other", ["x"]), Enqueue("q", ["c", "d"])]
            try await store.mustRefuse(tooMany, .queueFull, "too many messages")
            try require(try await store.take(from: "other") == nil, "nothing of a refused change has happened")
            var tooLarge = StoreChange()
            tooLarge.enqueue = [Enqueue("q", [String(repeating: "x", count: 99)])]
            try await store.mustRefuse(tooLarge, .queueFull, "too many bytes")
            try await store.put(["c"], in: "q")
            try require(try await store.mustTake(from: "q").texts, is: ["a", "b", "c"], "up to the limit")
            try require(ErrorCode.queueFull.isRetryable, "it may succeed later")
        },
        .open("an empty queue takes one change whatever its size") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 2, maxBytes: 10))
            try await store.put(["a", "b", "c", String(repeating: "x", count: 50)], in: "q")
            var more = StoreChange()
            more.enqueue = [Enqueue("q", ["d"])]
            try await store.mustRefuse(more, .queueFull, "only the first")
        },
        .open("room is reckoned behind the acknowledgements of the same change") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 2))
            try await store.put(["a", "b"], in: "q")
            var change = StoreChange()
            change.acknowledge = [Acknowledgement(try await store.mustTake(1, from: "q"))]
            change.enqueue = [Enqueue("q", ["c"])]
            try await store.commit(change)
            try require(try await store.summary(of: "q").messages, is: 2, "one went, one came")
        },
        Check("limits hold after closing and opening, until they are declared anew") { home, clock in
            try await home.withStore(clock: clock) { store in
                try await store.declare("q", QueueSettings(maxMessages: 1))
                try await store.put(["a"], in: "q")
            }
            try await home.withStore(clock: clock) { store in
                var change = StoreChange()
                change.enqueue = [Enqueue("q", ["b"])]
                try await store.mustRefuse(change, .queueFull, "the limit is kept")
                try await store.declare("q", .unlimited)
                try await store.commit(change)
            }
        },
    ]
}

extension ManualClock {
    /// Returns when a task sleeps on the clock; on threads of its own a store is not waited for by the clock itself.
    func somebodySleeps() async throws {
        while deadlines.isEmpty {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
