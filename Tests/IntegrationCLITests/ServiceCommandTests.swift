import ConnectorTestSupport
import Glibc
import Testing

@Suite("Services of a running engine", .timeLimit(.minutes(2)))
struct ServiceCommandTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func server() throws -> (ServerProcess, String) {
        let server = try ServerProcess([ScriptedServer.python, ScriptedServer.tests + "/Servers/keyed_http.py", "0"])
        let port = try #require(server.greeting.split(separator: " ").last)
        return (server, "http://127.0.0.1:\(port)")
    }

    private func configuration(_ address: String) throws {
        try folder.write(
            "integration.yaml",
            """
            storage: {path: ./data}
            queues: {keys: {}}
            services:
              numbers:
                type: http
                request: {path: "/{{ $key }}"}
                endpoints: ["\(address)"]
                cache: {ttl: 1h}
              rows: {type: table, inline: [{id: 1}], key: id}
            flows:
              look:
                source: {type: queue, name: keys}
                steps: [{enrich: {service: numbers, lookup_field: n}}]
                destination: {type: file, path: out.ndjson}

            """)
    }

    /// Sends a key and waits for what was found.
    private func look(_ key: String, _ engine: RunningEngine, lines: Int) throws -> String {
        #expect(try engine.run("queue", "send", "keys", #"{"n": "\#(key)"}"#).status == 0)
        var text = ""
        try engine.wait {
            text = try folder.readIfThere("out.ndjson")
            return text.split(separator: "\n").count == lines
        }
        return text.split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test("Endpoints are listed, registered and deregistered in a running engine, and kept for the next run")
    func change() throws {
        let (first, one) = try server()
        let (second, two) = try server()
        try configuration(one)
        let engine = try RunningEngine(in: folder)
        #expect(try look("a", engine, lines: 1).contains(#""port":\#(one.split(separator: ":").last ?? "")"#))

        let list = try engine.run("service", "list")
        #expect(
            list.output.hasPrefix("SERVICE  TYPE   BALANCING     UP  CALLS  FAILED  FAILOVERS  CACHED\n"),
            "\(list.output)")
        #expect(list.output.contains("\nnumbers  http   round_robin  1/1      1       0          0"))
        #expect(list.output.contains("\nrows     table  -"))
        #expect(list.words.contains("Next: integration service status NAME"))

        let registered = try engine.run("service", "register", "numbers", two, "--name", "two")
        #expect(registered.words.hasPrefix("two of numbers is registered\n"), "\(registered.words)")
        #expect(registered.words.contains("Next: integration service status numbers"))
        let again = try engine.run("service", "register", "numbers", two, "--name", "two")
        #expect(again.status == 1)
        #expect(again.words.contains("service `numbers` has an endpoint named `two` already"))
        let nonsense = try engine.run("service", "register", "numbers", "ftp:nowhere")
        #expect(nonsense.status != 0)
        #expect(nonsense.words.contains("ftp:nowhere"))

        let left = try engine.run("service", "deregister", "numbers", one)
        #expect(left.words.hasPrefix("\(one) of numbers is deregistered; the configuration names it: it stays out"))
        first.send(SIGKILL)
        #expect(try look("b", engine, lines: 2).contains(#""port":\#(two.split(separator: ":").last ?? "")"#))
        let status = try engine.run("service", "status", "numbers")
        #expect(status.output.hasPrefix("numbers  http, round_robin\ncache  2 answers of "), "\(status.output)")
        #expect(status.output.contains("\ntwo "))
        #expect(status.output.contains(" up "))
        #expect(status.output.contains("\(two), registered"))
        #expect(status.output.contains(" out "))
        #expect(engine.end() == 0)

        let next = try RunningEngine(in: folder)
        #expect(try look("c", next, lines: 3).contains(#""port":\#(two.split(separator: ":").last ?? "")"#))
        let lines = try next.run("service", "status", "numbers", "-o", "jsonl").output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains(#""name":"two""#) && $0.contains(#""registered":true"#) })
        #expect(lines.contains { $0.contains(one) && $0.contains(#""state":"out""#) })
        let back = try next.run("service", "register", "numbers", one, "--no-persist")
        #expect(back.words.contains("it is one of the configuration, which had been deregistered"))
        #expect(back.words.contains("the next run does not know of it"))
        #expect(next.end() == 0)
        withExtendedLifetime(second) {}
    }

    @Test("What is not there is said, with the nearest name")
    func unknown() throws {
        try configuration("http://127.0.0.1:9")
        let engine = try RunningEngine(in: folder)
        let status = try engine.run("service", "status", "number")
        #expect(status.status == 1)
        #expect(status.words.contains("Error: No such service [IE4208]\n"))
        #expect(status.words.contains("Did you mean `numbers`?"))
        let table = try engine.run("service", "register", "rows", "http://127.0.0.1:9")
        #expect(table.words.contains("service `rows` is a table and has no endpoints"))
        let endpoint = try engine.run("service", "deregister", "numbers", "http://127.0.0.1:8")
        #expect(endpoint.words.contains("Error: No such endpoint [IE4205]\n"))
        #expect(engine.end() == 0)
    }
}
