internal import IntegrationCore
internal import IntegrationStore

extension StoreContract {
    static func letter(_ number: Int, _ change: (inout DeadLetterRecord) -> Void = { _ in }) -> DeadLetterRecord {
        var letter = DeadLetterRecord(
            queue: "dead", message: MessageID(high: UInt64(number) << 40, low: 1), flow: "f", flowVersion: "v3",
            source: "orders", step: "validate", code: "IE2201", reason: "$.id is missing", path: "$.id",
            causes: ["first", "second: with, signs"], attempts: 3, receiveCount: 4, received: .milliseconds(1234),
            failed: .seconds(1000 + number), trace: "00-aa-bb-01", body: Array("body \(number)".utf8),
            metadata: Array("{}".utf8), failingBody: Array("failing".utf8))
        change(&letter)
        return letter
    }

    static func record(_ letters: [DeadLetterRecord], _ store: any Store) async throws -> [MessageID] {
        var change = StoreChange()
        change.deadLetters = letters
        return try await store.commit(change).deadLetters
    }

    static let deadLetters: [Check] = [
        Check("a dead letter is kept whole") { home, clock in
            let ids = try await home.withStore(clock: clock) { store in
                try await record(
                    [
                        letter(1),
                        letter(2) {
                            $0.sourceQueue = "orders"
                            $0.destination = "branch"
                            $0.path = nil
                            $0.causes = []
                            $0.trace = nil
                            $0.metadata = nil
                            $0.failingBody = nil
                            $0.body = []
                        },
                    ], store)
            }
            try await home.withStore(clock: clock) { store in
                try require(ids.count, is: 2, "each got an id")
                let full = try await store.deadLetter(ids[0].description)
                try require(full.id, is: ids[0], "by its id")
                try require(String(reflecting: full.letter), is: String(reflecting: letter(1)), "every field is kept")
                try require([full.size, full.isEdited ? 1 : 0], is: [6, 0], "its size, and not edited")
                let bare = try await store.deadLetter(ids[1].description).letter
                try require(bare.body.isEmpty && bare.metadata == nil && bare.failingBody == nil, "none stays none")
                try require(
                    [bare.sourceQueue?.text, bare.destination, bare.path, bare.trace],
                    is: ["orders", "branch", nil, nil], "optional fields")
                try require(bare.causes.isEmpty, "no causes")
            }
        },
        .open("dead letters are listed newest first, by page and by filter") { store, clock in
            var ids: [MessageID] = []
            for number in 0..<30 {
                clock.advance(by: .milliseconds(number % 3 == 0 ? 1 : 0))
                ids += try await record(
                    [
                        letter(number) {
                            $0.queue = number % 2 == 0 ? "even" : "odd"
                            $0.flow = number % 3 == 0 ? "third" : "f"
                            $0.code = number % 5 == 0 ? "IE3104" : "IE2201"
                            $0.step = number < 10 ? "early" : "late"
                        }
                    ], store)
            }
            try require(ids, is: ids.sorted(), "ids rise in the order of recording")
            func list(_ filter: DeadLetterFilter) async throws -> [Int] {
                var (found, before): ([Int], MessageID?) = ([], nil)
                while true {
                    let page = try await store.deadLetters(filter, before: before, limit: 4)
                    guard let last = page.last else { return found }
                    try require(page.count <= 4, "no more than `limit`")
                    try require(page.allSatisfy { $0.letter.body.isEmpty }, "lists leave bodies out")
                    found += page.compactMap { ids.firstIndex(of: $0.id) }
                    before = last.id
                }
            }
            let all = Array((0..<30).reversed())
            try require(try await list(DeadLetterFilter()), is: all, "all, newest first, each once")
            try require(try await list(DeadLetterFilter(queue: "even")), is: all.filter { $0 % 2 == 0 }, "by queue")
            try require(try await list(DeadLetterFilter(flow: "third")), is: all.filter { $0 % 3 == 0 }, "by flow")
            try require(try await list(DeadLetterFilter(code: "IE3104")), is: all.filter { $0 % 5 == 0 }, "by code")
            try require(try await list(DeadLetterFilter(step: "early")), is: all.filter { $0 < 10 }, "by step")
            try require(try await list(DeadLetterFilter(since: .seconds(1025))), is: all.filter { $0 >= 25 }, "since")
            try require(
                try await list(DeadLetterFilter(queue: "even", flow: "third", since: .seconds(1006))),
                is: all.filter { $0 % 6 == 0 && $0 >= 6 }, "by several")
            // The one that a page ended with may be gone when the next is asked for.
            _ = try await store.removeDeadLetters([ids[20]])
            let rest = try await store.deadLetters(DeadLetterFilter(), before: ids[20], limit: 1)
            try require(rest.first?.id, is: ids[19], "the page goes on where it was")
        },
        .open("a dead letter is found by the beginning of its id or of its message's id") { store, clock in
            let ids = try await record([letter(1), letter(2)], store)
            let messageID = letter(2).message.description
            try require(try await store.deadLetter(messageID).id, is: ids[1], "by its message")
            try require(
                try await store.deadLetter(String(messageID.prefix(20)).lowercased()).id, is: ids[1], "by a beginning")
            for (text, code) in [
                (String(ids[0].description.prefix(6)), ErrorCode.idAmbiguous), ("7ZZZ", .deadLetterUnknown),
                ("not an id!", .deadLetterUnknown), ("", .deadLetterUnknown),
            ] {
                do {
                    _ = try await store.deadLetter(text)
                    throw ContractViolation("`\(text)` found a dead letter")
                } catch let error as IntegrationError {
                    try require(error.code, is: code, "`\(text)`")
                }
            }
        },
        .open("dead letters are grouped by step and code") { store, clock in
            let ids = try await record(
                (0..<5).map { number in
                    letter(number) {
                        $0.code = number < 3 ? "IE2202" : "IE2201"
                        $0.reason = "number \(number)"
                    }
                }, store)
            let groups = try await store.deadLetterGroups(DeadLetterFilter())
            try require(groups.map(\.code), is: ["IE2202", "IE2201"], "the most frequent first")
            try require(groups.map(\.count), is: [3, 2], "counted")
            try require(groups.map(\.newest), is: [ids[2], ids[4]], "with the newest of each")
            try require(groups.map(\.reason), is: ["number 2", "number 4"], "and its reason")
            try require(
                try await store.deadLetterGroups(DeadLetterFilter(since: .seconds(1003))).map(\.count), is: [2],
                "filtered")
        },
        .open("dead letters are removed once, and unknown ids passed over") { store, clock in
            let ids = try await record([letter(1), letter(2)], store)
            try require(
                try await store.removeDeadLetters([ids[0], MessageID(high: 5, low: 5)]), is: 1, "one was there")
            try require(try await store.removeDeadLetters([ids[0]]), is: 0, "it is gone")
            try require(
                try await store.deadLetters(DeadLetterFilter(), before: nil, limit: 9).map(\.id), is: [ids[1]],
                "the other is left")
        },
    ]

    static let replaying: [Check] = [
        .open("a replay returns a message to the queue that it came from, from the beginning") { store, clock in
            let ids = try await record([letter(1) { $0.sourceQueue = "orders" }], store)
            let report = try await store.replay(ids)
            try require(report, is: ReplayReport(replayed: [ids[0]: "orders"]), "said where")
            let claim = try await store.mustTake(from: "orders")
            try require(claim.texts, is: ["body 1"], "the bytes that came in")
            let message = claim.messages[0]
            try require(message.id, is: letter(1).message, "under the same id")
            try require([message.attempts, message.receiveCount], is: [0, 5], "tries begin anew, receipts don't")
            try require(message.metadata.map { Array(claim.block[$0]) }, is: Array("{}".utf8), "with its metadata")
            try require(message.received, is: .milliseconds(1234), "first received when it was")
            try require(message.resume.isEmpty, "from the first step")
            try require(
                try await store.deadLetters(DeadLetterFilter(), before: nil, limit: 9).isEmpty,
                "it is no dead letter now")
        },
        .open("a replay of a failed branch is parked for the flow and goes to that branch alone") { store, clock in
            let ids = try await record([letter(1) { $0.destination = "b" }], store)
            let report = try await store.replay(ids)
            try require(report.replayed[ids[0]], is: .parked(flow: "f"), "parked for its flow")
            let claim = try await store.mustTake(from: .parked(flow: "f"))
            try require(claim.texts, is: ["body 1"], "the bytes that came in")
            try require(claim.messages[0].source, is: "orders", "with the name of its source")
            try require(
                claim.messages[0].resume, is: [ResumePoint(destination: "b", body: Array("failing".utf8))],
                "at the failed branch, with the bytes made for it")
        },
        .open("doing a replay again changes nothing") { store, clock in
            let ids = try await record([letter(1) { $0.sourceQueue = "q" }], store)
            _ = try await store.replay(ids + ids)
            let again = try await store.replay(ids)
            try require(again, is: ReplayReport(gone: ids), "gone")
            try require(try await store.summary(of: "q").messages, is: 1, "one message")
        },
        .open("what was edited is replayed as edited, and the bytes for the branch are made again") { store, clock in
            let ids = try await record([letter(1) { $0.destination = "b" }], store)
            try await store.replaceBody(ofDeadLetter: ids[0], with: Array("mended".utf8))
            let shown = try await store.deadLetter(ids[0].description)
            try require(shown.isEdited && shown.size == 6, "it shows")
            _ = try await store.replay(ids)
            let claim = try await store.mustTake(from: .parked(flow: "f"))
            try require(claim.texts, is: ["mended"], "the new bytes")
            try require(claim.messages[0].resume, is: [ResumePoint(destination: "b", body: nil)], "through the steps")
            do {
                try await store.replaceBody(ofDeadLetter: ids[0], with: [])
                throw ContractViolation("a dead letter that is gone was edited")
            } catch let error as IntegrationError {
                try require(error.code, is: .deadLetterUnknown, "it is gone")
            }
        },
        .open("a replay that finds no room has not begun") { store, clock in
            try await store.declare("q", QueueSettings(maxMessages: 2))
            let ids = try await record((0..<3).map { letter($0) { $0.sourceQueue = "q" } }, store)
            do {
                _ = try await store.replay(ids)
                throw ContractViolation("three messages were replayed into a queue for two")
            } catch let error as IntegrationError {
                try require(error.code, is: .queueFull, "no room")
            }
            try require(try await store.take(from: "q") == nil, "none went")
            try require(
                try await store.deadLetters(DeadLetterFilter(), before: nil, limit: 9).count, is: 3, "all are left")
            _ = try await store.replay(Array(ids.prefix(2)))
            try require(try await store.mustTake(from: "q").texts, is: ["body 0", "body 1"], "in the order given")
        },
    ]
}
