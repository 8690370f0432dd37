import Glibc
import Testing

@Suite("Beginning and developing", .timeLimit(.minutes(2)))
struct DevelopingTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("What init makes is without mistakes, runs as it is, and its test passes")
    func starter() throws {
        let made = try Executable.run("init", "shop", in: folder)
        #expect(made.status == 0)
        #expect(made.words.hasPrefix("made shop/integration.yaml\n"))
        #expect(made.words.contains("Next: cd shop && integration run --until-idle"))
        #expect(try Executable.run("check", "shop", in: folder).words.hasPrefix("no mistakes: "))
        let run = try Executable.run("run", "shop", "--until-idle", in: folder)
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try folder.read("shop/out/big-orders.ndjson")
                == #"{"id":"A-1","customer":{"id":"c-1","name":"Ada","tier":"gold"},"total":1250.00}"# + "\n")
        // Its own test runs in a place of its own.
        let test = system(
            "INTEGRATION='\(Executable.path)' sh '\(folder.path("shop/tests/orders.sh"))' >'\(folder.path("test.out"))' 2>&1"
        )
        let words = try folder.read("test.out")
        #expect(test == 0, "\(words)")
        #expect(words == "all as it must be\n")
    }

    @Test("init overwrites nothing")
    func noOverwriting() throws {
        try folder.write("customers.ndjson", "mine")
        let result = try Executable.run("init", in: folder)
        #expect(result.status == 1)
        #expect(
            result.words.hasPrefix("Error: There is something there already [IE9104]\nCause: customers.ndjson exists\n")
        )
        #expect(try folder.read("customers.ndjson") == "mine")
        #expect(access(folder.path("integration.yaml"), F_OK) != 0)
    }

    private static let configuration = """
        storage: {path: ./data}
        include: parts/*.yaml
        flows:
          steady:
            source: {type: generate, interval: 1h, body: x}
            destination: {type: file, path: steady.txt}
          changing:
            source: {type: generate, interval: 1h, body: one}
            destination: {type: file, path: changing.txt}

        """

    @Test("dev takes over what is saved, leaves what is the same alone, and refuses mistakes")
    func reloadOnSave() throws {
        #expect(mkdir(folder.path("parts"), 0o755) == 0)
        try folder.write("integration.yaml", Self.configuration)
        try folder.write("parts/a.yaml", "templates: {t: {mapping: {}}}\n")
        let engine = try RunningEngine(["dev"], in: folder)
        #expect(try engine.words.contains("running 2 flows; saving a file reloads"))
        try engine.wait { try folder.readIfThere("changing.txt") == "one\n" }

        try folder.write("integration.yaml", Self.configuration.replacing("body: one", with: "body: two"))
        try engine.wait { try engine.words.contains("reloaded: 1 flow replaced (changing), 1 untouched") }
        try engine.wait { try folder.readIfThere("changing.txt") == "one\ntwo\n" }

        try folder.write("integration.yaml", Self.configuration.replacing("body: one", with: "bodi: three"))
        try engine.wait { try engine.words.contains("nothing was reloaded; what ran before runs on") }
        #expect(try engine.words.contains("did you mean `body`?"))
        #expect(try engine.run("flow", "list", "-o", "jsonl").output.contains(#"{"name":"changing","state":"running""#))

        // What it includes is watched as well, and files that come later.
        try folder.write("integration.yaml", Self.configuration.replacing("body: one", with: "body: two"))
        try engine.wait { try engine.words.contains("reloaded: nothing has changed, 2 untouched") }
        try folder.write(
            "parts/b.yaml",
            "flows: {later: {source: {type: generate, interval: 1h, body: l}, destination: {type: file, path: l.txt}}}\n"
        )
        try engine.wait { try engine.words.contains("reloaded: 1 flow added (later), 2 untouched") }
        #expect(unlink(folder.path("parts/b.yaml")) == 0)
        #expect(try engine.run("reload").words.hasPrefix("reloaded: 1 flow removed (later), 2 untouched\n"))
        #expect(try folder.read("steady.txt") == "x\n")
        #expect(engine.end() == 0)
    }

    @Test("dev waits where there is a mistake at first, and begins when it is mended")
    func waitingForARepair() throws {
        try folder.write("integration.yaml", Self.configuration.replacing("flows:", with: "flws:"))
        let child = try Child(["dev"], folder: folder, output: folder.path("o"), words: .file(folder.path("e")))
        defer {
            child.send(SIGKILL)
            _ = child.wait()
        }
        for _ in 0..<1000 where try !folder.readIfThere("e").contains("waiting for a file to be saved") {
            usleep(10_000)
        }
        #expect(try folder.read("e").contains("did you mean `flows`?"))
        try folder.write("integration.yaml", Self.configuration)
        for _ in 0..<1000 where try folder.readIfThere("steady.txt") != "x\n" { usleep(10_000) }
        #expect(try folder.readIfThere("steady.txt") == "x\n")
    }

    @Test("A reload whose new flow can't start puts back what ran before")
    func rollBack() throws {
        try folder.write("integration.yaml", Self.configuration)
        let engine = try RunningEngine(in: folder)
        try engine.wait { try folder.readIfThere("changing.txt") == "one\n" }
        try folder.write(
            "integration.yaml",
            Self.configuration.replacing(
                "source: {type: generate, interval: 1h, body: one}", with: "source: {type: file, path: missing.ndjson}")
        )
        let result = try engine.run("reload")
        #expect(result.status == 1, "\(result.words)")
        #expect(result.words.contains("missing.ndjson"))
        #expect(result.words.contains("what ran before runs again"))
        #expect(try engine.run("flow", "list", "-o", "jsonl").output.contains(#"{"name":"changing","state":"running""#))
        #expect(engine.end() == 0)
    }

    @Test("The storage of a running engine can't be changed by a reload")
    func storageStays() throws {
        try folder.write("integration.yaml", Self.configuration)
        let engine = try RunningEngine(in: folder)
        try folder.write("integration.yaml", Self.configuration.replacing("./data", with: "./data2"))
        let socket = folder.path("data/engine.sock")
        let result = try engine.run("reload", "--socket", socket)
        #expect(result.status == 1)
        #expect(result.words.contains("Solution: Stop the engine and start it again."))
        #expect(engine.end() == 0)
    }
}
