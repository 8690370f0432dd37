import IntegrationCore
import IntegrationDocument
import IntegrationStore
import IntegrationTesting
import Testing

@testable import IntegrationServer

@Suite("Routes over a store", .timeLimit(.minutes(1))) struct StoredRoutesTests {
    /// Calls `body` with a way to ask the API over a store in memory.
    private func withStore(
        _ body: (_ store: any Store, _ ask: (AdminMethod, String, String) async -> AdminAnswer) async throws -> Void
    ) async throws {
        try await SQLiteStore.withTemporaryStore { store in
            var services = AdminServices(
                about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
            services.reader = store
            services.store = store
            let fixed = services
            try await body(store) { method, target, body in
                await RouteTable.standard.answer(AdminRequest(method, target, body: Array(body.utf8)), fixed)
            }
        }
    }

    private func letter(_ number: Int, body: String, code: String = "IE2201") -> DeadLetterRecord {
        DeadLetterRecord(
            queue: "failed", message: MessageID(seed: 1, position: UInt64(number)), flow: "orders", flowVersion: "",
            source: "in", step: "validate", code: code, reason: "no", attempts: 1 + number % 3, receiveCount: 1,
            received: .zero, failed: .seconds(number), body: Array(body.utf8))
    }

    @Test("A body is JSON where it is JSON, else a string, else base 64")
    func bodies() async throws {
        try await withStore { store, ask in
            try await store.declare("orders", .unlimited)
            for body in ["{\"n\": 1.50,\n \"a\": []}", "plain \"text\"", "12345678901234567890"] {
                #expect(await ask(.post, "/v1/queues/orders/messages", body).status == 200)
            }
            var change = StoreChange()
            let binary: [UInt8] = [0xFF, 0x00, 0x80]
            let message = NewMessage(id: MessageID(seed: 1, position: 1), body: 0..<3, received: .zero)
            change.enqueue = [Enqueue(queue: "orders", block: binary, messages: [message])]
            try await store.commit(change)
            let answer = await ask(.get, "/v1/queues/orders/messages?limit=10", "")
            try Document(answer.body).withRoot { root in
                let items = try #require(root["items"]).elements.map { $0 }
                #expect(
                    items.map { $0["body"].map(jsonText) } == [
                        #"{"n":1.50,"a":[]}"#, #""plain \"text\"""#, "12345678901234567890", "null",
                    ])
                #expect(items[3]["body_base64"]?.string == "/wCA")
                #expect(items.map { $0["metadata"].map(jsonText) } == ["{}", "{}", "{}", "{}"])
                #expect(items[0]["id"]?.string?.count == 26)
                #expect(items[0]["attempts"]?.integer == 0)
            }
        }
    }

    @Test("A queue that is not there is an error that names the nearest one")
    func unknownQueue() async throws {
        try await withStore { store, ask in
            try await store.declare("orders", .unlimited)
            for (method, suffix) in [(AdminMethod.get, ""), (.post, ""), (.delete, "")] {
                let answer = await ask(method, "/v1/queues/ordes/messages" + suffix, "")
                #expect(answer.status == 404)
                #expect(answer.error?.code == .queueUnknown)
                #expect(answer.error?.remedy?.contains("`orders`") == true)
            }
            #expect(await ask(.get, "/v1/queues/queue%3Aorders/messages", "").status == 200)
        }
    }

    @Test("A purge removes what is there and says how much")
    func purge() async throws {
        try await withStore { store, ask in
            try await store.declare("orders", .unlimited)
            for _ in 0..<3 { _ = await ask(.post, "/v1/queues/orders/messages", "x") }
            let answer = await ask(.delete, "/v1/queues/orders/messages", "")
            #expect(String(decoding: answer.body, as: UTF8.self) == "{\"removed\":3}\n")
            #expect(try await store.queues().map(\.messages) == [0])
        }
    }

    @Test("Dead letters come in pages, newest first, and a condition looks at body and failure")
    func pages() async throws {
        try await withStore { store, ask in
            var change = StoreChange()
            change.deadLetters = (0..<30).map { letter($0, body: "{\"n\": \($0)}", code: $0 < 10 ? "IE1" : "IE2") }
            change.deadLetters.append(letter(30, body: "no json"))
            try await store.commit(change)
            var seen: [Int] = []
            var before: String?
            repeat {
                let condition = "n%20%3E%204%20and%20%24letter.code%20%3D%20%22IE1%22"
                let answer = await ask(
                    .get, "/v1/dead-letters?limit=2&where=\(condition)" + (before.map { "&before=\($0)" } ?? ""), "")
                #expect(answer.status == 200)
                try Document(answer.body).withRoot { root in
                    for item in root["items"]?.elements.map({ $0 }) ?? [] {
                        #expect(item["code"]?.string == "IE1")
                        seen.append(Int(item["failed"]?.string?.dropFirst(17).prefix(2) ?? "") ?? -1)
                    }
                    before = root["next"]?.string
                }
            } while before != nil
            #expect(seen == [9, 8, 7, 6, 5])
        }
    }

    @Test("A condition that is no JSONata is an error that shows where")
    func brokenCondition() async throws {
        try await withStore { _, ask in
            let answer = await ask(.get, "/v1/dead-letters?where=n%20%3E", "")
            #expect(answer.error?.message.contains("^") == true)
        }
    }

    @Test("A body that is replaced is the one that is shown, and dropping says how many went")
    func editAndDrop() async throws {
        try await withStore { store, ask in
            var change = StoreChange()
            change.deadLetters = [letter(1, body: "{}"), letter(2, body: "{}")]
            let ids = try await store.commit(change).deadLetters
            let edited = await ask(.put, "/v1/dead-letters/\(ids[0])/body", "{\"mended\": true}")
            try Document(edited.body).withRoot { root in
                #expect(root["body"].map(jsonText) == "{\"mended\":true}")
                #expect(root["edited"]?.bool == true)
            }
            let dropped = await ask(.post, "/v1/dead-letters/drop", "{\"ids\": [\"\(ids[0])\", \"\(ids[1])\"]}")
            #expect(String(decoding: dropped.body, as: UTF8.self) == "{\"removed\":2}\n")
            let gone = await ask(.get, "/v1/dead-letters/\(ids[0])", "")
            #expect(gone.status == 404)
        }
    }

    @Test("Ids that are none are refused before anything is done")
    func brokenIDs() async throws {
        try await withStore { _, ask in
            for body in ["{}", "{\"ids\": \"x\"}", "{\"ids\": [\"x\"]}", "{\"ids\": [1]}"] {
                let answer = await ask(.post, "/v1/dead-letters/replay", body)
                #expect(answer.status == 400, "\(body)")
            }
        }
    }

    @Test("A store that was opened for reading refuses changes")
    func readOnly() async throws {
        try await SQLiteStore.withTemporaryStore { store in
            try await store.declare("orders", .unlimited)
            var services = AdminServices(
                about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
            services.reader = store
            let answer = await RouteTable.standard.answer(
                AdminRequest(.post, "/v1/queues/orders/messages", body: [1]), services)
            #expect(answer.error?.code == .noStorage)
            #expect(try await store.queues().map(\.messages) == [0])
        }
    }
}

/// Minimal JSON.
private func jsonText(_ view: View) -> String {
    var out = OutputBuffer()
    out.append(view)
    return out.withBytes { String(decoding: $0, as: UTF8.self) }
}
