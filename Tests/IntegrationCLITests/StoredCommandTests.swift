import Glibc
import Testing

@Suite("What is stored, from the command line", .timeLimit(.minutes(2)))
struct StoredCommandTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// Five orders wait in a queue; two of six lines were no good.
    private func prepare() throws {
        try folder.write(
            "durable.yaml",
            """
            storage: {path: ./data}
            queues: {orders: {}, failed: {}}
            schemas:
              order: {schema: {type: object, required: [n], properties: {n: {maximum: 100}}}}
            flows:
              load:
                source: {type: file, path: in.ndjson}
                steps: [{validate: order}]
                destination: orders
                error_handling: {dlq: failed}

            """)
        try folder.write(
            "in.ndjson",
            #"{"n":1.50}"# + "\n" + #"{"m":2}"# + "\n" + #"{"n":3}"# + "\n" + #"{"n":4000}"# + "\n" + #"{"n":5}"# + "\n"
        )
        let run = try Executable.run("run", "durable.yaml", "--until-idle", in: folder)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.words.contains("   |   integration dlq list --config durable.yaml\n"), "\(run.words)")
    }

    private func run(_ words: String..., input: String = "") throws -> Executable.Result {
        try Executable.run(words + ["--config", "durable.yaml"], input: input, in: folder)
    }

    private func identifiers(_ filter: String...) throws -> [String] {
        try Executable.run(["dlq", "list", "--config", "durable.yaml", "-o", "jsonl"] + filter, in: folder)
            .output.split(separator: "\n").map { String($0.dropFirst(#"{"id":""#.count).prefix(26)) }
    }

    @Test("A stopped engine's queues are listed and looked into, one message a line")
    func queues() throws {
        try prepare()
        let list = try run("queue", "list")
        #expect(list.status == 0)
        #expect(list.output.contains("\nfailed         0      0       0        0             2 "), "\(list.output)")
        #expect(list.output.contains("\norders         3      3       0        0             0 "))
        let peek = try Executable.run(
            "queue", "peek", "orders", "--config", "durable.yaml", "--limit", "100", "-o", "jsonl", in: folder)
        let lines = peek.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains(#","body":{"n":1.50},"metadata":{"#), "\(lines[0])")
        #expect(lines[0].contains(#","attempts":0,"#))
        let page = try run("queue", "peek", "orders", "--offset", "1", "-n", "1")
        #expect(page.output.contains(#"{"n":3}"#) && !page.output.contains(#"{"n":5}"#))
        #expect(page.words.contains("--offset 2"))
        let wrong = try run("queue", "peek", "ordrs")
        #expect(wrong.status == 1)
        #expect(wrong.words.contains("Cause: there is no queue named `ordrs`\nSolution: Did you mean `orders`?"))
    }

    @Test("A stopped engine's queues take messages, and are emptied when that is confirmed")
    func sendAndPurge() throws {
        try prepare()
        let sent = try run("queue", "send", "orders", "plain", "--metadata", #"{"a": 1}"#)
        #expect(sent.words.hasPrefix("1 message of 5 bytes is in orders as "))
        let last = try run("queue", "peek", "orders", "--offset", "3", "-o", "jsonl")
        #expect(last.output.contains(#""body":"plain","metadata":{"a":1}"#), "\(last.output)")
        let asked = try run("queue", "purge", "orders")
        #expect(asked.status == 64)
        #expect(asked.words.contains("Cause: Remove 4 messages of orders for good? There is no terminal to ask on"))
        #expect(try run("queue", "purge", "orders", "--yes").words.hasPrefix("4 messages removed from orders\n"))
        #expect(try run("queue", "peek", "orders").words.hasPrefix("orders is empty\n"))
        let bad = try run("queue", "send", "orders", "x", "--metadata", "[]")
        #expect(bad.status == 1)
        #expect(bad.words.contains("Cause: `metadata` must be a JSON object, not a list\n"), "\(bad.words)")
    }

    @Test("Dead letters are listed by reason, chosen by a condition, and shown whole")
    func deadLetters() throws {
        try prepare()
        let list = try run("dlq", "list")
        #expect(list.output.hasPrefix("ID "))
        #expect(list.output.contains("$.n is required but missing"))
        #expect(list.words.contains("2 dead letters. Next: integration dlq show "))
        let groups = try run("dlq", "list", "--groups")
        #expect(groups.output.split(separator: "\n").count == 3)
        #expect(try identifiers("--where", "n > 1000").count == 1)
        #expect(try identifiers("--where", "$letter.code = 'IE2201'").count == 1)
        #expect(try identifiers("--flow", "other").isEmpty)
        #expect(try identifiers("--since", "1h").count == 2)
        let id = try #require(try identifiers("--where", "m = 2").first)
        let shown = try run("dlq", "show", id)
        #expect(shown.output.contains("\nreason       IE2201  $.n is required but missing\n"), "\(shown.output)")
        #expect(shown.output.hasSuffix("what came in:\n{\"m\":2}\n"))
        #expect(try run("dlq", "list", "--where", "n >").status == 1)
        #expect(try run("dlq", "list", "--since", "soon").status == 64)
        #expect(try run("dlq", "show", "zzzz").words.contains("[IE5112]"))
    }

    @Test("A dead letter that was mended is replayed and goes through, and only what is meant")
    func editAndReplay() throws {
        try prepare()
        let id = try #require(try identifiers("--where", "m = 2").first)
        let edited = try run("dlq", "edit", id, "--body", "-", input: #"{"n":2}"#)
        #expect(edited.status == 0)
        #expect(edited.words.hasPrefix("- {\"m\":2}\n+ {\"n\":2}\n\(id) has a new body\n"), "\(edited.words)")
        let nothing = try run("dlq", "replay")
        #expect(nothing.status == 64)
        #expect(nothing.words.hasPrefix("Error: Nothing is chosen [IE9105]\n"))
        let dry = try run("dlq", "replay", "--all", "--dry-run")
        #expect(dry.output.contains("what would become of it can't be said: this needs a running engine"))
        #expect(try identifiers().count == 2)
        let replayed = try run("dlq", "replay", "--where", "n < 100", "--rate", "1000/s")
        #expect(replayed.words.hasPrefix("1 dead letter sent back to flow:load/parked\n"), "\(replayed.words)")
        #expect(try identifiers().count == 1)
        #expect(try Executable.run("run", "durable.yaml", "--until-idle", in: folder).status == 0)
        #expect(try run("queue", "peek", "orders", "-o", "jsonl").output.contains(#""body":{"n":2}"#))
        #expect(try run("dlq", "replay", "--all", "--rate", "5").status == 64)
    }

    @Test("A running engine shows before and after of what a replay would do")
    func dryRun() throws {
        try prepare()
        // The flow as it is now, with a source that has no end.
        let configuration = try folder.read("durable.yaml")
            .replacing("maximum: 100", with: "maximum: 10000")
            .replacing("steps: [{validate: order}]", with: "steps: [{validate: order}, {transform: small}]")
            .replacing("{type: file, path: in.ndjson}", with: "{type: queue, name: later}")
        try folder.write("durable.yaml", configuration + "templates:\n  small: {mapping: {number: $.n}}\n")
        let engine = try RunningEngine(["run", "durable.yaml"], in: folder)
        let dry = try run("dlq", "replay", "--all", "--dry-run")
        #expect(
            dry.output.contains("  it would go to orders\n    - {\"n\":4000}\n    + {\"number\":4000}\n"),
            "\(dry.output)")
        #expect(dry.output.contains("  it would fail again at validate: IE2201  $.n is required but missing\n"))
        #expect(dry.words.contains("nothing was changed. Next: integration dlq replay --all\n"))
        #expect(try identifiers().count == 2)
        #expect(engine.end() == 0)
    }

    @Test("Dead letters are exported whole, and dropped when that is confirmed")
    func exportAndDrop() throws {
        try prepare()
        let exported = try run("dlq", "export", "--all")
        #expect(exported.output.split(separator: "\n").count == 2)
        #expect(exported.output.contains(#""body":{"n":4000}"#))
        let asked = try run("dlq", "drop", "--all")
        #expect(asked.status == 64)
        #expect(try identifiers().count == 2)
        #expect(try run("dlq", "drop", "--code", "IE2201", "--yes").words.hasPrefix("1 dead letter removed\n"))
        #expect(try identifiers().count == 1)
    }

    @Test("What happened is listed, and a message's journey is shown")
    func events() throws {
        try prepare()
        let events = try run("event", "list", "--kind", "dead-lettered")
        #expect(events.output.split(separator: "\n").count == 3, "\(events.output)")
        let line = try run("event", "list", "-o", "jsonl").output.split(separator: "\n").first {
            $0.contains("dead-lettered")
        }
        let mark = try #require(line?.firstRange(of: #""message":""#))
        let message = try #require(line).suffix(from: mark.upperBound).prefix(26)
        let trace = try run("trace", String(message))
        #expect(trace.output.contains("dead-lettered  load"), "\(trace.output)")
        #expect(trace.output.contains("\ndead letter "))
        #expect(try run("trace", "x").status == 64)
        #expect(try run("trace", String(repeating: "0", count: 26)).words.hasPrefix("nothing is recorded of "))
    }

    @Test("A folder that is not there, or damaged, is a clear error")
    func noFolder() throws {
        try folder.write("durable.yaml", "storage: {path: ./data}\nflows: {}\n")
        let missing = try run("queue", "list")
        #expect(missing.status == 1)
        #expect(missing.words.contains("the storage folder ./data is not there yet"), "\(missing.words)")
        try folder.write("durable.yaml", "flows: {}\n")
        #expect(try run("dlq", "list").words.contains("no engine runs, and durable.yaml has no `storage:`"))
        try prepare()
        try folder.write("data/integration.db", "not a store")
        #expect(unlink(folder.path("data/integration.db-wal")) == 0 || errno == ENOENT)
        let damaged = try run("dlq", "list")
        #expect(damaged.words.hasPrefix("Error: Store is damaged [IE5102]\n"), "\(damaged.words)")
        let doctor = try run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("✗ store "))
        #expect(doctor.words.contains("Next: integration explain IE5102"))
    }

    @Test("A healthy folder is one to the doctor too, and one that others may read is not")
    func doctor() throws {
        try prepare()
        let healthy = try run("doctor")
        #expect(healthy.status == 0, "\(healthy.output)")
        #expect(healthy.output.contains("✓ store          whole: 3 messages in 2 queues, 2 dead letters\n"))
        #expect(chmod(folder.path("data"), 0o755) == 0)
        let open = try run("doctor")
        #expect(open.status == 1)
        #expect(open.words.contains("Next: chmod 700 "))
    }

    @Test("A counter that is wrong stops the run and is named by the doctor, who mends it; then the run goes on")
    func mend() throws {
        try prepare()
        let spoil = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1]) as store:
                changed = store.execute("update queues set messages = messages + 7 where name = 'orders'").rowcount
            sys.exit(changed != 1)
            """
        try folder.write("spoil.py", spoil)
        #expect(system("python3 \(folder.path("spoil.py")) \(folder.path("data"))/*.db") == 0)
        let doctor = try run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("✗ store          "), "\(doctor.output)")
        #expect(doctor.output.contains("queue `orders` counts 10 messages of "))
        #expect(doctor.words.contains("Next: integration doctor --mend\n"))
        try folder.append(
            "durable.yaml",
            """
              drain:
                source: {type: queue, name: orders}
                destination: {type: file, path: out.ndjson}

            """)
        let stopped = try Executable.run("run", "durable.yaml", "--until-idle", in: folder)
        #expect(stopped.status == 1)
        #expect(stopped.words.contains("[IE5102]"), "\(stopped.words)")
        let mended = try run("doctor", "--mend")
        #expect(mended.status == 0, "\(mended.output)")
        #expect(mended.output.contains("✓ store          whole: "))
        try folder.append("in.ndjson", "{\"n\":7}\n")
        let run = try Executable.run("run", "durable.yaml", "--until-idle", in: folder)
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try folder.read("out.ndjson").split(separator: "\n") == [
                #"{"n":1.50}"#, #"{"n":3}"#, #"{"n":5}"#, #"{"n":7}"#,
            ])
    }
}
