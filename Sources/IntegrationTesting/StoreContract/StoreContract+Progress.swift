internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    private static let file = StreamKey(source: "orders", identity: "8:42")

    static let positions: [Check] = [
        Check("positions are merged whatever their order, and are there after opening again") { home, clock in
            try await home.withStore(clock: clock) { store in
                let parts: [[Range<UInt64>]] = [[10..<20, 40..<50], [0..<10], [20..<30, 45..<60]]
                for (index, ranges) in parts.enumerated() {
                    var change = StoreChange()
                    change.positions = [
                        StreamProgress(stream: file, completed: ranges, metadata: index == 0 ? [1, 2] : nil),
                        StreamProgress(stream: StreamKey(source: "other", identity: "8:42"), completed: [7..<8]),
                    ]
                    try await store.commit(change)
                }
            }
            try await home.withStore(clock: clock) { store in
                let found = try await store.positions(of: "orders")
                try require(found.map(\.stream), is: [file], "the source's streams alone")
                try require(found[0].completed.ranges, is: [0..<30, 40..<60], "merged")
                try require(found[0].metadata, is: [1, 2], "metadata stays until it is replaced")
                var change = StoreChange()
                change.forgetStreams = [file]
                try await store.commit(change)
                try require(try await store.positions(of: "orders").isEmpty, "forgotten")
                try require(try await store.positions(of: "other").count, is: 1, "the other's is kept")
            }
        },
        .open("a position and its effect happen together or not at all") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 1))
            try await store.put(["a"], in: "q")
            var change = StoreChange()
            change.positions = [StreamProgress(stream: file, completed: [0..<5])]
            change.enqueue = [Enqueue("q", ["b"])]
            try await store.mustRefuse(change, .queueFull, "no room")
            try require(try await store.positions(of: "orders").isEmpty, "the position has not moved")
            try await store.acknowledge(try await store.mustTake(from: "q"))
            try await store.commit(change)
            try require(try await store.positions(of: "orders").map(\.completed.ranges), is: [[0..<5]], "both")
        },
        .open("the ledger knows which destinations accepted a message until it is settled") { store, clock in
            let (first, second) = (MessageID(high: 1, low: 1), MessageID(high: 1, low: 2))
            var change = StoreChange()
            change.ledger = [
                LedgerEntry(flow: "f", id: first, destination: "b"),
                LedgerEntry(flow: "f", id: first, destination: "a"),
                LedgerEntry(flow: "f", id: second, destination: "a"),
                LedgerEntry(flow: "g", id: first, destination: "a"),
            ]
            try await store.commit(change)
            try await store.commit(change)
            let found = try await store.delivered(flow: "f", ids: [first, second, MessageID(high: 9, low: 9)])
            try require(Set(found), is: Set(change.ledger.prefix(3)), "the flow's own")
            try require(found.count, is: 3, "twice is once")
            var settled = StoreChange()
            settled.forgetLedger = [("f", first)]
            try await store.commit(settled)
            try require(
                try await store.delivered(flow: "f", ids: [first, second]).map(\.id), is: [second],
                "the settled one is gone")
            try require(try await store.delivered(flow: "g", ids: [first]).count, is: 1, "other flows are not touched")
        },
    ]

    private static func set(
        _ key: String, _ value: String?, _ expected: StateChange.Expectation, expires: Duration? = nil
    ) -> StoreChange {
        var change = StoreChange()
        change.state = [
            StateChange(
                namespace: "n", key: Array(key.utf8), expected: expected, value: value.map { Array($0.utf8) },
                expires: expires)
        ]
        return change
    }

    private static func read(_ key: String, _ store: any Store) async throws -> String? {
        try await store.state("n", Array(key.utf8)).map { String(decoding: $0.value, as: UTF8.self) }
    }

    static let state: [Check] = [
        Check("a key changes only if it is what was expected") { home, clock in
            let version = try await home.withStore(clock: clock) { store in
                try await store.mustRefuse(set("k", "v", .version(1)), .stateConflict, "there is no version yet")
                let first = try await store.commit(set("k", "one", .absent)).stateVersions
                try await store.mustRefuse(set("k", "v", .absent), .stateConflict, "it is there")
                let second = try await store.commit(set("k", "two", .version(try only(first)))).stateVersions
                try await store.mustRefuse(
                    set("k", "v", .version(try only(first))), .stateConflict, "it is another version")
                try require(try await read("k", store), is: "two", "refusals changed nothing")
                try require(
                    try await store.state("n", Array("k".utf8))?.version, is: try only(second), "as was said")
                try require(try await read("other", store) == nil, "other keys are absent")
                return try only(second)
            }
            try await home.withStore(clock: clock) { store in
                let deleted = try await store.commit(set("k", nil, .version(version))).stateVersions
                try require(deleted, is: [nil], "a deleted key has no version")
                try require(try await read("k", store) == nil, "deleted")
                let again = try await store.commit(set("k", "three", .absent)).stateVersions
                try require(try only(again) != version, "versions are never given out again")
                try await store.commit(set("k", "four", .anything))
                try require(try await read("k", store), is: "four", "whatever it was")
            }
        },
        .open("a conflict refuses the whole change and names the key") { store, clock in
            var change = set("a", "1", .absent)
            change.state += set("hot", "1", .version(99)).state
            change.enqueue = [Enqueue("q", ["m"])]
            do {
                try await store.commit(change)
                throw ContractViolation("a change was taken though a key was not what it expected")
            } catch let error as IntegrationError {
                try require(error.code, is: .stateConflict, "a code of its own")
                try require(error.message.contains("hot"), "the key is named: \(error.message)")
            }
            try require(try await read("a", store) == nil, "nothing of it has happened")
            try require(try await store.take(from: "q") == nil, "nothing of it has happened")
        },
        .open("of many who expect the same version one wins") { store, clock in
            let start = try only(try await store.commit(set("k", "0", .absent)).stateVersions)
            let wins = await withTaskGroup(of: Bool.self) { group in
                for number in 1...20 {
                    group.addTask {
                        do throws(IntegrationError) {
                            try await store.commit(set("k", "\(number)", .version(start)))
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try require(wins, is: 1, "winners")
        },
        .open("a key that has expired is absent") { store, clock in
            try await store.commit(set("k", "v", .absent, expires: clock.wallTime + .seconds(10)))
            clock.advance(by: .seconds(9))
            try require(try await read("k", store), is: "v", "until then it is there")
            try await store.mustRefuse(set("k", "w", .absent), .stateConflict, "until then it is there")
            clock.advance(by: .seconds(1))
            try require(try await read("k", store) == nil, "then it is not")
            try await store.commit(set("k", "w", .absent))
            try require(try await read("k", store), is: "w", "and can be set anew")
        },
        .open("a key that stands in a change twice builds on itself") { store, clock in
            var change = set("k", "1", .absent)
            change.state += set("k", "2", .absent).state
            try await store.mustRefuse(change, .stateConflict, "the first made it")
            change.state[1].expected = .anything
            try await store.commit(change)
            try require(try await read("k", store), is: "2", "the last stands")
        },
    ]

    private static func only(_ versions: [UInt64?]) throws(ContractViolation) -> UInt64 {
        guard let version = versions.first ?? nil else {
            throw ContractViolation("a change of a key returned no version")
        }
        return version
    }
}
