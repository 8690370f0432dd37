import Glibc
import Testing

@Suite("Running flows from the command line", .timeLimit(.minutes(2)))
struct RunCommandTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func flow(source: String = "path: in.ndjson", steps: String = "[]", handling: String = "{}") -> String {
        """
        flows:
          copy:
            source: {type: file, \(source)}
            steps: \(steps)
            destination: {type: file, path: out.ndjson}
            error_handling: \(handling)

        """
    }

    /// Times and rates wander; everything else is golden.
    private func masked(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
            let line = String(part)
            if line.hasPrefix("  p50 ") { return "  p50 …" }
            guard let start = line.firstRange(of: " in 0."), line.hasSuffix("/s)") else {
                guard let start = line.firstRange(of: " in "), line.hasSuffix("/s)") else { return String(line) }
                return line[..<start.lowerBound] + " in …"
            }
            return line[..<start.lowerBound] + " in …"
        }.joined(separator: "\n")
    }

    @Test("A run until idle ends with a summary and status 0, dead letters or not")
    func untilIdle() throws {
        try folder.write("integration.yaml", flow(steps: "[filter: {condition: n != 2}]"))
        try folder.write("in.ndjson", "{\"n\":1}\n{\"n\":2}\nnot json\n{\"n\":3}\n")
        let result = try Executable.run("run", "--until-idle", in: folder)
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(try folder.read("out.ndjson") == "{\"n\":1}\n{\"n\":3}\n")
        let words = masked(result.words)
        #expect(
            words.hasPrefix(
                """
                copy  finished: 4 messages in …
                  → copy/1      2
                  dropped       1
                  dead letters  1   in memory
                      source  IE2001  1   Message is not JSON
                  p50 …

                ID                          STEP    CODE    REASON

                """), "\(words)")
        #expect(words.contains("  source  IE2001  "))
        #expect(
            words.hasSuffix(
                """
                They were kept in memory and end with this process; `dlq:` in `error_handling` keeps them.

                Next: integration explain IE2001

                """), "\(words)")
    }

    @Test("Where the dead letters are is said by the path of their file")
    func deadLetterFile() throws {
        try folder.write("integration.yaml", flow(handling: "{dlq: {type: file, path: dead.ndjson}}"))
        try folder.write("in.ndjson", "{\"n\":1}\noops\n")
        let result = try Executable.run("run", "--until-idle", "--fail-on-dead-letters", in: folder)
        #expect(result.status == 1)
        #expect(result.words.contains("  dead letters  1   in dead.ndjson\n"))
        #expect(result.words.contains("\nNext: integration explain IE2001   |   head -n 1 dead.ndjson\n"))
        #expect(result.words.contains("Error: There are dead letters [IE9006]\nCause: 1 message failed for good\n"))
        #expect(try folder.read("dead.ndjson").contains("\"code\":\"IE2001\""))
    }

    @Test("--fail-on-dead-letters changes nothing where there are none")
    func noDeadLetters() throws {
        try folder.write("integration.yaml", flow())
        try folder.write("in.ndjson", "{\"n\":1}\n")
        let result = try Executable.run("run", "--until-idle", "--fail-on-dead-letters", in: folder)
        #expect(result.status == 0)
        #expect(!result.words.contains("Next:"))
    }

    @Test("--set reaches what runs")
    func overrides() throws {
        try folder.write("integration.yaml", flow())
        try folder.write("in.ndjson", "{\"n\":1}\n")
        let result = try Executable.run(
            "run", "--until-idle", "--set", "flows.copy.destination.path=other.ndjson", in: folder)
        #expect(result.status == 0)
        #expect(try folder.read("other.ndjson") == "{\"n\":1}\n")
    }

    @Test("A source without an end is refused with --until-idle, by name")
    func endless() throws {
        try folder.write("integration.yaml", flow(source: "path: in.ndjson, mode: follow"))
        try folder.write("in.ndjson", "")
        let result = try Executable.run("run", "--until-idle", in: folder)
        #expect(result.status == 78)
        #expect(
            result.words.contains(
                """
                Error: A source never ends [IE9003]
                Cause: `source` of flow `copy` has no end
                Solution: 
                """), "\(result.words)")
    }

    @Test("A file that a source can't read fails its flow")
    func unreadableSource() throws {
        try folder.write("integration.yaml", flow(source: "path: nope.ndjson"))
        let result = try Executable.run("run", "--until-idle", in: folder)
        #expect(result.status == 1)
        #expect(result.words.contains("copy  failed: 0 messages"), "\(result.words)")
        #expect(result.words.contains("nope.ndjson") && result.words.contains("\nSolution: "))
    }

    @Test("A destination that can't be written to fails its flow")
    func unwritableDestination() throws {
        try folder.write("integration.yaml", flow())
        try folder.write("in.ndjson", "{\"n\":1}\n")
        try folder.write("file", "")
        let result = try Executable.run(
            "run", "--until-idle", "--set", "flows.copy.destination.path=file/out.ndjson", in: folder)
        #expect(result.status == 1)
        #expect(result.words.contains("Error: "), "\(result.words)")
        #expect(result.words.contains("file/out.ndjson"), "\(result.words)")
    }

    @Test("The brake fails the flow that it stops")
    func brake() throws {
        try folder.write("integration.yaml", flow(handling: "{brake: {failed: 3, of: 3}}"))
        try folder.write("in.ndjson", String(repeating: "oops\n", count: 10))
        let result = try Executable.run("run", "--until-idle", in: folder)
        #expect(result.status == 1)
        #expect(result.words.contains("Error: The brake stopped the flow [IE4002]\n"), "\(result.words)")
    }

    @Test("SIGTERM finishes what is in hand and ends with status 0", arguments: [SIGTERM, SIGINT])
    func draining(signal: Int32) throws {
        try folder.write(
            "integration.yaml", flow(source: "path: in.ndjson, mode: follow", steps: "[log: {message: went through}]"))
        try folder.write("in.ndjson", "{\"n\":1}\n{\"n\":2}\n")
        let child = try Child(["run"], folder: folder, output: folder.path("output"), words: .pipe)
        // The second line of the log: both messages are in hand or through.
        let first = try child.words(upTo: "went through")
        let second = try child.words(upTo: "went through")
        child.send(signal)
        let rest = try child.restOfWords()
        #expect(child.wait() == 0, "\(first)\(second)\(rest)")
        #expect(rest.contains("stopping: "))
        #expect(rest.contains("copy  stopped: 2 messages in "), "\(rest)")
        #expect(try folder.read("out.ndjson") == "{\"n\":1}\n{\"n\":2}\n")
    }

    @Test("A second SIGINT ends at once, however busy the flow is")
    func interrupted() throws {
        // Every message costs its whole budget of time: a batch takes far longer than this test may.
        let slow = "[filter: {condition: '$sum([1..1000000]) > 0'}]"
        try folder.write(
            "integration.yaml",
            flow(
                source: "path: in.ndjson, batch_size: 5000",
                steps: "[log: {message: begun}, \(slow.dropFirst().dropLast())]"))
        try folder.write("in.ndjson", String(repeating: "{\"n\":1}\n", count: 20_000))
        let child = try Child(["run"], folder: folder, output: folder.path("output"), words: .pipe)
        let before = try child.words(upTo: "begun")
        child.send(SIGINT)
        let stopping = try child.words(upTo: "stopping: ")
        child.send(SIGINT)
        let rest = try child.restOfWords()
        #expect(child.wait() == 130, "\(before.suffix(1000))\(stopping.suffix(1000))\(rest)")
        // Lanes may still log until the process is gone.
        #expect(rest.contains("interrupted: what was in hand is not acknowledged and stays with its source\n"))
    }
}
