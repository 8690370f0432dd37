import Glibc
import Testing

@Suite("Flows of a running engine", .timeLimit(.minutes(2)))
struct FlowCommandTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private static let configuration = """
        storage: {path: ./data}
        queues: {orders: {}}
        flows:
          sort:
            source: {type: queue, name: orders}
            steps: [{filter: {condition: n != 3}}, {validate: positive}]
            destination: {type: file, path: out.ndjson}
          ticks:
            source: {type: generate, interval: 1h, body: {n: 1}}
            destination: {type: file, path: ticks.ndjson}
        schemas:
          positive: {schema: {type: object, properties: {n: {minimum: 1}}}}

        """

    private func engine(_ text: String = configuration) throws -> RunningEngine {
        try folder.write("integration.yaml", text)
        return try RunningEngine(in: folder)
    }

    @Test("Flows are listed, paused, resumed, stopped and started, and each command says what changed")
    func control() throws {
        let engine = try engine()
        let list = try engine.run("flow", "list")
        #expect(list.status == 0)
        #expect(list.output.hasPrefix("FLOW   STATE    IN/S  OUT/S  ERR%"), "\(list.output)")
        #expect(list.output.contains("\nsort   running "))
        #expect(list.words.contains("Next: integration flow status NAME"))

        let paused = try engine.run("flow", "pause", "sort")
        #expect(paused.words.hasPrefix("sort is paused\n"))
        #expect(paused.words.contains("integration flow resume sort"))
        #expect(
            try engine.run("flow", "pause", "sort").words.hasPrefix("sort is paused already; nothing was changed\n"))
        #expect(try engine.run("queue", "send", "orders", #"{"n": 5}"#).status == 0)
        #expect(try engine.run("flow", "list").output.contains("\nsort   paused "))
        #expect(try folder.readIfThere("out.ndjson") == "")
        #expect(try engine.run("flow", "resume", "sort").words.hasPrefix("sort is running\n"))
        try engine.wait { try folder.readIfThere("out.ndjson") == #"{"n": 5}"# + "\n" }

        #expect(try engine.run("flow", "stop", "sort", "ticks").words.hasPrefix("sort is stopped\nticks is stopped\n"))
        let refused = try engine.run("flow", "pause", "sort")
        #expect(refused.status == 1)
        #expect(
            refused.words.contains("Cause: flow `sort` is stopped\nSolution: Start it: integration flow start sort"))
        #expect(try engine.run("flow", "start", "sort").words.hasPrefix("sort is running\n"))
        let status = try engine.run("flow", "status", "sort", "-o", "json")
        #expect(status.output.hasPrefix(#"{"name":"sort","state":"running","#))
        #expect(engine.end() == 0)
    }

    @Test("A wrong name is an error that says what was meant")
    func wrongName() throws {
        let engine = try engine()
        for verb in ["status", "start", "stop", "pause", "resume", "logs", "delete"] {
            let result = try engine.run("flow", verb, "srt")
            #expect(result.status == 1, "\(verb)")
            #expect(
                result.words.hasPrefix("Error: No such flow [IE4008]\nCause: there is no flow named `srt`\n"), "\(verb)"
            )
        }
        #expect(try engine.run("flow", "status", "srt").words.contains("Did you mean `sort`?"))
    }

    @Test("A message by hand is delivered, dropped or refused, and it is said by whom and why")
    func send() throws {
        let engine = try engine()
        let good = try engine.run("flow", "send", "sort", #"{"n": 7}"#)
        #expect(good.status == 0)
        #expect(good.words.hasPrefix("delivered to sort/1\n"))
        #expect(try folder.read("out.ndjson") == #"{"n": 7}"# + "\n")
        #expect(try engine.run("flow", "send", "sort", input: #"{"n": 3}"#).words.hasPrefix("dropped by a filter\n"))
        let bad = try engine.run("flow", "send", "sort", #"{"n": 0}"#)
        #expect(bad.status == 1)
        #expect(bad.words.hasPrefix("validate refused it: $.n must be at least 1, but is 0 [IE2204]"))
        #expect(try engine.run("dlq", "list").words.hasPrefix("no dead letters"))
        try folder.write("order.json", #"{"n": 8}"#)
        #expect(
            try engine.run("flow", "send", "sort", "@order.json", "-o", "json").output.contains(
                #""outcome":"delivered""#))
    }

    @Test("A flow that is created is there after a restart, and one that is deleted is not")
    func createAndDelete() throws {
        var engine = try engine()
        try folder.write(
            "more.yaml",
            """
            flows:
              more:
                source: {type: generate, interval: 1h, body: here}
                destination: {type: file, path: more.txt}

            """)
        let created = try engine.run("flow", "create", "-f", "more.yaml")
        #expect(created.status == 0, "\(created.words)")
        #expect(created.words.hasPrefix("more created and started\n"))
        try engine.wait { try folder.readIfThere("more.txt") == "here\n" }
        let again = try engine.run("flow", "create", "-f", "more.yaml")
        #expect(again.words.contains("Cause: there is a flow named `more` already\n"))
        let deleted = try engine.run("flow", "delete", "sort")
        #expect(deleted.status == 64)
        #expect(deleted.words.contains("Solution: Add --yes to go ahead without being asked."))
        #expect(try engine.run("flow", "delete", "sort", "--yes").status == 0)
        #expect(engine.end() == 0)

        engine = try RunningEngine(in: folder)
        #expect(try engine.words.contains("the flow sort is left out: it was deleted"))
        #expect(try engine.run("flow", "list", "-o", "jsonl").output.names == ["ticks", "more"])
        #expect(try engine.run("flow", "delete", "more", "-y").words.contains("brings it back"))
        #expect(engine.end() == 0)

        engine = try RunningEngine(in: folder)
        #expect(try engine.run("flow", "list", "-o", "jsonl").output.names == ["ticks"])
    }

    @Test("A flow with a mistake is refused with its place, and nothing is kept")
    func brokenFlow() throws {
        let engine = try engine()
        try folder.write(
            "bad.yaml",
            "flows:\n  bad:\n    source: {type: generate, intervall: 1s, body: x}\n    destination: orders\n")
        let result = try engine.run("flow", "create", "-f", "bad.yaml")
        #expect(result.status == 78)
        #expect(result.words.contains("/bad.yaml:3:30\n"))
        #expect(result.words.contains("did you mean `interval`?"))
        let empty = try engine.run("flow", "create", "-f", "-", input: "queues: {}\n")
        #expect(empty.words.contains("holds no flows"))
        #expect(try engine.run("flow", "list", "-o", "jsonl").output.names == ["sort", "ticks"])
        #expect(access(folder.path("data/flows/bad.yaml"), F_OK) != 0)
    }

    @Test("Without storage a flow can only be created for this run")
    func withoutStorage() throws {
        let text = Self.configuration.replacing("storage: {path: ./data}", with: "admin: {socket: a.sock}")
        try folder.write("integration.yaml", text)
        let engine = try RunningEngine(in: folder, socket: "a.sock")
        try folder.write(
            "more.yaml",
            "flows:\n  more: {source: {type: generate, interval: 1h, body: x}, destination: queue:orders}\n")
        let refused = try engine.run("flow", "create", "-f", "more.yaml")
        #expect(refused.status == 1)
        #expect(refused.words.contains("[IE4608]"))
        #expect(refused.words.contains("--no-persist"))
        let created = try engine.run("flow", "create", "-f", "more.yaml", "--no-persist")
        #expect(
            created.words.hasPrefix("more created and started; the next run will not have it\n"), "\(created.words)")
        #expect(try engine.run("flow", "delete", "more", "--yes").words.contains("it was created for this run alone"))
    }

    @Test("What a flow logs can be read, and the last lines come first to hand")
    func logs() throws {
        let text = Self.configuration.replacing(
            "steps: [{filter: {condition: n != 3}}, {validate: positive}]",
            with: "steps: [{log: {message: got it}}]")
        let engine = try engine(text)
        for number in 1...3 { _ = try engine.run("flow", "send", "sort", "{\"n\": \(number)}") }
        let all = try engine.run("flow", "logs", "sort")
        #expect(all.output.split(separator: "\n").count == 3, "\(all.output)")
        #expect(all.output.contains(" info     got it  "), "\(all.output)")
        let last = try engine.run("flow", "logs", "sort", "-n", "1", "-o", "jsonl")
        #expect(last.output.hasPrefix(#"{"number":3,"time":""#), "\(last.output)")
        #expect(last.output.split(separator: "\n").count == 1)
        #expect(
            try engine.run("flow", "logs", "ticks").words.contains("ticks has said nothing since the engine's start"))
    }
}

extension String {
    /// The `name` of each line of JSON.
    fileprivate var names: [String] {
        split(separator: "\n").compactMap { line in
            guard let mark = line.firstRange(of: "\"name\":\"") else { return nil }
            return String(line.suffix(from: mark.upperBound).prefix { $0 != "\"" })
        }
    }
}

extension Folder {
    /// Empty where there is no such file.
    func readIfThere(_ name: String) throws -> String { access(path(name), F_OK) == 0 ? try read(name) : "" }
}
