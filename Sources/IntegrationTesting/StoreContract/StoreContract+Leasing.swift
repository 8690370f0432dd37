internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    static let leasing: [Check] = [
        .open("an expired lease is handed out again, alone and suspect, and its settlement refused") { store, clock in
            try await store.put(["a", "b", "c"], in: "q")
            let late = try await store.mustTake(2, from: "q")
            clock.advance(by: .seconds(30))
            var change = StoreChange()
            change.acknowledge = [Acknowledgement(late)]
            change.enqueue = [Enqueue("out", ["a", "b"])]
            change.events = [EventRecord(time: .zero, kind: "moved", flow: "f")]
            try await store.mustRefuse(change, .leaseLost, "an expired lease settles nothing")
            try require(try await store.take(from: "out") == nil, "nothing of a refused change has happened")
            try require(
                try await store.events(EventFilter(), before: nil, limit: 9).isEmpty, "no event of it is written")
            var again = try await store.mustTake(from: "q")
            try require(again.texts, is: ["a"], "suspects come first, each alone")
            try require(again.messages[0].receiveCount, is: 2, "received twice")
            try require(again.messages[0].suspectCount, is: 1, "suspect once")
            try require(try await store.mustTake(from: "q").texts, is: ["c"], "what is not suspect goes on beside it")
            try require(
                try await store.take(from: "q") == nil,
                "one suspect at a time, so that what ends the process is known from what was only there")
            try await store.acknowledge(again)
            again = try await store.mustTake(from: "q")
            try require(again.texts, is: ["b"], "then the next")
            try require(again.messages[0].suspectCount, is: 1, "suspect once")
            try await store.mustRefuse(change, .leaseLost, "and not after somebody else has got them")
        },
        .open("a lease that is extended lasts from then on") { store, clock in
            try await store.put(["a"], in: "q")
            let claim = try await store.mustTake(from: "q")
            clock.advance(by: .seconds(20))
            try await store.extend(claim.lease, for: .seconds(30))
            clock.advance(by: .seconds(29))
            try require(try await store.take(from: "q") == nil, "it is still held")
            clock.advance(by: .seconds(1))
            do {
                try await store.extend(claim.lease, for: .seconds(30))
                throw ContractViolation("a lease was extended after its end")
            } catch let error as IntegrationError {
                try require(error.code, is: .leaseLost, "an expired lease can't be extended")
            }
            try require(try await store.mustTake(from: "q").texts, is: ["a"], "it is over")
        },
        .open("a message is settled once") { store, clock in
            try await store.put(["a", "b"], in: "q")
            let claim = try await store.mustTake(from: "q")
            let first = claim.messages[0].sequence
            var twice = StoreChange()
            twice.acknowledge = [Acknowledgement(lease: claim.lease, sequences: [first, first])]
            try await store.mustRefuse(twice, .leaseLost, "not twice in one acknowledgement")
            var both = StoreChange()
            both.acknowledge = [Acknowledgement(lease: claim.lease, sequences: [first])]
            both.putBack = [PutBack(lease: claim.lease, sequence: first)]
            try await store.mustRefuse(both, .leaseLost, "not acknowledged and put back")
            var foreign = StoreChange()
            foreign.acknowledge = [Acknowledgement(lease: claim.lease, sequences: [first + 100])]
            try await store.mustRefuse(foreign, .leaseLost, "not what was never held")
            try require(try await store.summary(of: "q").leased, is: 2, "refusals took nothing away")
            try await store.acknowledge(claim)
            var again = StoreChange()
            again.acknowledge = [Acknowledgement(claim)]
            try await store.mustRefuse(again, .leaseLost, "not again")
        },
        .open("a suspect stays suspect until it is settled") { store, clock in
            try await store.put(["a", "b"], in: "q")
            _ = try await store.mustTake(from: "q")
            clock.advance(by: .seconds(30))
            var claim = try await store.mustTake(from: "q")
            var change = StoreChange()
            change.putBack = [PutBack(lease: claim.lease, sequence: claim.messages[0].sequence)]
            try await store.commit(change)
            claim = try await store.mustTake(from: "q")
            try require(claim.texts, is: ["a"], "alone again")
            try require(
                [claim.messages[0].receiveCount, claim.messages[0].suspectCount], is: [3, 1],
                "putting back raises the receive count alone")
            change.putBack = [
                PutBack(
                    lease: claim.lease, sequence: claim.messages[0].sequence, due: clock.wallTime + .seconds(1),
                    attempts: 1)
            ]
            try await store.commit(change)
            try await store.put(["c"], in: "q")
            try await store.acknowledge(try await store.mustTake(from: "q"))
            clock.advance(by: .seconds(1))
            claim = try await store.mustTake(from: "q")
            try require(claim.texts, is: ["a"], "alone when it is due, though others are ready")
            try await store.acknowledge(claim)
            try require(try await store.mustTake(from: "q").texts, is: ["c"], "the others follow")
        },
        Check("what a killed process held is ready at once, alone and suspect, and its lease is over") { home, clock in
            let (left, lease) = try await home.withStore(clock: clock) { store in
                try await store.put(["a", "b", "c"], in: "q")
                let claim = try await store.mustTake(2, from: "q")
                var change = StoreChange()
                change.acknowledge = [
                    Acknowledgement(lease: claim.lease, sequences: [claim.messages[0].sequence])
                ]
                try await store.commit(change)
                return (try await home.afterKill(), claim)
            }
            let again = try await left.withStore(clock: clock) { store in
                var change = StoreChange()
                change.acknowledge = [Acknowledgement(lease: lease.lease, sequences: [lease.messages[1].sequence])]
                try await store.mustRefuse(change, .leaseLost, "a lease ends with its process")
                let claim = try await store.mustTake(from: "q")
                try require(claim.texts, is: ["b"], "alone, first")
                try require(claim.messages[0].suspectCount, is: 1, "suspect")
                try require(try await store.mustTake(from: "q").texts, is: ["c"], "then the others")
                return try await left.afterKill()
            }
            try await again.withStore(clock: clock) { store in
                let claim = try await store.mustTake(from: "q")
                try require(claim.texts, is: ["b"], "still first")
                try require(
                    [claim.messages[0].suspectCount, claim.messages[0].receiveCount], is: [2, 3],
                    "both counts survive")
                try require(try await store.summary(of: "q").messages, is: 2, "nothing was lost")
                try await store.acknowledge(claim)
                try require(try await store.mustTake(from: "q").messages[0].suspectCount, is: 1, "as does the other's")
            }
        },
        .open("a refused change does not harm those that are committed with it") { store, clock in
            try await store.put(["held"], in: "q")
            let claim = try await store.mustTake(from: "q")
            try await store.acknowledge(claim)
            let outcomes = try await withThrowingTaskGroup(of: (Int, ErrorCode?).self) { group in
                for number in 0..<60 {
                    group.addTask {
                        var change = StoreChange()
                        change.enqueue = [Enqueue("out", ["\(number)"], firstID: UInt64(number))]
                        if number % 3 == 0 { change.acknowledge = [Acknowledgement(claim)] }
                        do throws(IntegrationError) {
                            try await store.commit(change)
                            return (number, nil)
                        } catch {
                            return (number, error.code)
                        }
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1.map { [$0] } ?? [] }
            }
            for (number, codes) in outcomes {
                try require(codes, is: number % 3 == 0 ? [.leaseLost] : [], "each gets its own answer (\(number))")
            }
            let stored = Set(try await store.mustTake(from: "out").texts)
            try require(stored, is: Set((0..<60).filter { $0 % 3 != 0 }.map(String.init)), "those that were taken")
        },
        .open("whatever is done, no message is lost, doubled, or held by two") { store, clock in
            var random = RandomSource(seed: 20_260_101)
            var model = QueueModel()
            for _ in 0..<1500 { try await model.step(store, clock, &random) }
            try await model.drain(store, clock)
        },
        Check("whatever is done and whenever the process is killed, no message is lost or doubled") { home, clock in
            var random = RandomSource(seed: 20_260_102)
            var model = QueueModel()
            var left = home
            for _ in 0..<25 {
                (left, model, random) = try await left.withStore(clock: clock) { [model, random, left] store in
                    var (model, random) = (model, random)
                    for _ in 0..<Int.random(in: 1...40, using: &random) { try await model.step(store, clock, &random) }
                    return (try await left.afterKill(), model, random)
                }
                model.forgetClaims()
            }
            try await left.withStore(clock: clock) { [model] store in
                var model = model
                try await model.drain(store, clock)
            }
        },
    ]
}
