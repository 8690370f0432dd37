internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    static let claiming: [Check] = [
        .open("a message is handed out with everything that it was put in with") { store, clock in
            let block = Array("body{}resume".utf8)
            let message = NewMessage(
                id: MessageID(high: .max, low: 3), body: 0..<4, metadata: 4..<6, attempts: 2, receiveCount: 5,
                received: .milliseconds(1_700_000_000_123), source: "orders",
                resume: [ResumePoint(destination: "a", body: [1, 2]), ResumePoint(destination: "b", body: nil)])
            let empty = NewMessage(id: MessageID(high: 0, low: 0), body: 0..<0, received: .zero)
            var change = StoreChange()
            change.enqueue = [Enqueue(queue: .parked(flow: "f"), block: block, messages: [message, empty])]
            try await store.commit(change)
            let claim = try await store.mustTake(from: .parked(flow: "f"))
            try require(claim.messages.count, is: 2, "both are handed out")
            let (first, second) = (claim.messages[0], claim.messages[1])
            try require(first.id, is: message.id, "the id is kept")
            try require(Array(claim.block[first.body]), is: Array("body".utf8), "the body is kept")
            try require(first.metadata.map { Array(claim.block[$0]) }, is: Array("{}".utf8), "metadata is kept")
            try require(first.attempts, is: 2, "attempts are kept")
            try require(first.receiveCount, is: 6, "the receive count counts this time")
            try require(first.suspectCount, is: 0, "a new message is not suspect")
            try require(first.received, is: message.received, "the time of receipt is kept to the millisecond")
            try require(first.source, is: "orders", "the source is kept")
            try require(first.resume, is: message.resume, "the resume points are kept")
            try require(second.body.isEmpty && second.metadata == nil, "an empty body is a body, no metadata is none")
        },
        .open("messages are handed out in order, each to one claim, within count and bytes") { store, clock in
            try await store.put((0..<10).map { "message \($0)" }, in: "q")
            let first = try await store.mustTake(3, from: "q")
            try require(first.texts, is: ["message 0", "message 1", "message 2"], "no more than `count`, in order")
            let second = try await store.claim(from: "q", count: 100, bytes: 20, for: .seconds(30))
            try require(second?.texts, is: ["message 3", "message 4"], "no more than `bytes`")
            let third = try await store.claim(from: "q", count: 100, bytes: 1, for: .seconds(30))
            try require(third?.texts, is: ["message 5"], "one message comes whatever its size")
            let rest = try await store.mustTake(from: "q")
            try require(rest.texts.count, is: 4, "the rest")
            try require(try await store.take(from: "q") == nil, "what is held is not handed out again")
        },
        .open("what is acknowledged leaves its queue, and the rest of the lease stays held") { store, clock in
            try await store.put(["a", "b", "c", "d"], in: "q")
            let claim = try await store.mustTake(from: "q")
            var change = StoreChange()
            change.acknowledge = [
                Acknowledgement(
                    lease: claim.lease, sequences: [claim.messages[2].sequence, claim.messages[0].sequence])
            ]
            try await store.commit(change)
            let summary = try await store.summary(of: "q")
            try require([summary.messages, summary.leased, summary.bytes], is: [2, 2, 2], "two are left, both held")
            change.acknowledge = [
                Acknowledgement(
                    lease: claim.lease, sequences: [claim.messages[1].sequence, claim.messages[3].sequence])
            ]
            try await store.commit(change)
            let after = try await store.summary(of: "q")
            try require([after.messages, after.leased, after.bytes], is: [0, 0, 0], "nothing is left")
        },
        .open("a change moves messages from queue to queue as one") { store, clock in
            try await store.put(["a", "b"], in: "from")
            let claim = try await store.mustTake(from: "from")
            var change = StoreChange()
            change.acknowledge = [Acknowledgement(claim)]
            change.enqueue = [Enqueue("to", ["A", "B"]), Enqueue("copies", ["B"])]
            try await store.commit(change)
            try require(try await store.mustTake(from: "to").texts, is: ["A", "B"], "moved")
            try require(try await store.mustTake(from: "copies").texts, is: ["B"], "moved")
            try require(try await store.summary(of: "from").messages, is: 0, "gone from where they were")
        },
        .open("what is put back comes first, and only its receive count has risen") { store, clock in
            try await store.put(["a", "b", "c", "d"], in: "q")
            let claim = try await store.mustTake(2, from: "q")
            var change = StoreChange()
            change.putBack = claim.messages.map { PutBack(lease: claim.lease, sequence: $0.sequence) }
            try await store.commit(change)
            let again = try await store.mustTake(3, from: "q")
            try require(again.texts, is: ["a", "b", "c"], "put back first")
            try require(again.messages.map(\.receiveCount), is: [2, 2, 1], "the receive count rises")
            try require(again.messages.map(\.suspectCount), is: [0, 0, 0], "putting back raises no suspicion")
            try require(again.messages.map(\.attempts), is: [0, 0, 0], "putting back is no try")
        },
        .open("a delayed put back comes when it is due, with its new attempts and resume points") { store, clock in
            try await store.put(["a", "b"], in: "q")
            let claim = try await store.mustTake(1, from: "q")
            let resume = [ResumePoint(destination: "d", body: Array("made".utf8))]
            var change = StoreChange()
            change.putBack = [
                PutBack(
                    lease: claim.lease, sequence: claim.messages[0].sequence, due: clock.wallTime + .seconds(20),
                    attempts: 1, resume: resume)
            ]
            try await store.commit(change)
            let summary = try await store.summary(of: "q")
            try require([summary.delayed, summary.leased, summary.ready], is: [1, 0, 1], "one is delayed")
            try require(summary.bytes > 2, "resume points count as bytes")
            let other = try await store.mustTake(from: "q")
            try require(other.texts, is: ["b"], "nobody waits for the delayed one")
            clock.advance(by: .milliseconds(19_999))
            try require(try await store.take(from: "q") == nil, "not before it is due")
            clock.advance(by: .milliseconds(1))
            let again = try await store.mustTake(from: "q")
            try require(again.texts, is: ["a"], "the body is the one that came in")
            try require(again.messages[0].attempts, is: 1, "attempts are replaced")
            try require(again.messages[0].receiveCount, is: 2, "the receive count rises")
            try require(again.messages[0].resume, is: resume, "resume points are replaced")
            try await store.acknowledge(again)
            try await store.acknowledge(other)
            try require(try await store.summary(of: "q").bytes, is: 0, "every byte is accounted for")
        },
        .open("a delayed message that became due comes before those in turn, and once") { store, clock in
            try await store.put(["a", "b", "c"], in: "q")
            try await store.put(["late"], in: "q", firstID: 9, due: clock.wallTime + .seconds(5))
            try await store.put(["d"], in: "q", firstID: 10)
            try require(try await store.mustTake(1, from: "q").texts, is: ["a"], "in turn")
            clock.advance(by: .seconds(5))
            try require(try await store.mustTake(2, from: "q").texts, is: ["late", "b"], "due first")
            try require(try await store.mustTake(from: "q").texts, is: ["c", "d"], "it is not handed out twice")
        },
        .open("messages that are due are handed out in the order of their times") { store, clock in
            for seconds in [3, 1, 2] {
                try await store.put(["\(seconds)"], in: "q", due: clock.wallTime + .seconds(seconds))
            }
            try require(try await store.take(from: "q") == nil, "none is due yet")
            clock.advance(by: .seconds(9))
            try require(try await store.mustTake(from: "q").texts, is: ["1", "2", "3"], "by time")
        },
        .open("looking leases nothing, and purging leaves what is held") { store, clock in
            try await store.put(["a", "b", "c", "d"], in: "q")
            let claim = try await store.mustTake(1, from: "q")
            let seen = try await store.peek("q", offset: 1, limit: 2)
            try require(seen.map(\.text), is: ["b", "c"], "from `offset`, at most `limit`")
            try require(seen.map(\.receiveCount), is: [0, 0], "looking is not receiving")
            try require(try await store.purge("q"), is: 3, "all that nobody holds")
            try require(try await store.summary(of: "q").messages, is: 1, "what is held is left")
            try await store.acknowledge(claim)
            let empty = try await store.summary(of: "q")
            try require([empty.messages, empty.bytes], is: [0, 0], "and can be settled")
            try await store.put(["e"], in: "q")
            try require(try await store.mustTake(from: "q").texts, is: ["e"], "the queue goes on")
            try require(try await store.purge("nobody knows it"), is: 0, "an unknown queue holds nothing")
        },
        Check("everything is there again after closing and opening") { home, clock in
            try await home.withStore(clock: clock) { store in
                try await store.put(["a", "b", "c"], in: "q")
                try await store.put(["later"], in: "q", due: clock.wallTime + .seconds(9))
                try await store.acknowledge(try await store.mustTake(1, from: "q"))
            }
            try await home.withStore(clock: clock) { store in
                let summary = try await store.summary(of: "q")
                try require([summary.messages, summary.delayed], is: [3, 1], "counters are kept")
                try require(try await store.mustTake(from: "q").texts, is: ["b", "c"], "in order")
                clock.advance(by: .seconds(9))
                try require(try await store.mustTake(from: "q").texts, is: ["later"], "due times are kept")
            }
        },
    ]
}
