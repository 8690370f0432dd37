import Testing

@Suite("Reference commands", .timeLimit(.minutes(2)))
struct ReferenceCommandTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("Without a command the help leads with examples, on standard output, with status 0")
    func help() throws {
        let result = try Executable.run(in: folder)
        #expect(result.status == 0)
        #expect(result.words.isEmpty)
        let examples = try #require(result.output.firstRange(of: "EXAMPLES:"))
        let usage = try #require(result.output.firstRange(of: "USAGE:"))
        #expect(examples.lowerBound < usage.lowerBound)
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        for command in ["run", "check", "config", "list", "docs", "explain", "eval", "version", "completion"] {
            #expect(result.output.contains("\n  \(command) "))
        }
    }

    @Test(
        "Every command explains itself with examples",
        arguments: [
            ["run"], ["check"], ["config"], ["config", "show"], ["config", "schema"], ["list"], ["docs"], ["explain"],
            ["eval"], ["eval", "jsonpath"], ["eval", "jsonata"], ["eval", "template"], ["eval", "schema"], ["version"],
            ["completion"], ["service"], ["service", "list"], ["service", "status"], ["service", "register"],
            ["service", "deregister"],
        ])
    func helpOfCommands(command: [String]) throws {
        let result = try Executable.run(command + ["--help"], in: folder)
        #expect(result.status == 0)
        #expect(result.output.contains("EXAMPLES:\n  integration \(command[0])") || result.output.contains("EXAMPLES:"))
        #expect(result.output.contains("USAGE: integration \(command.joined(separator: " "))"))
    }

    @Test("An unknown command suggests the nearest")
    func unknownCommand() throws {
        let result = try Executable.run("chek", "integration.yaml", in: folder)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(
            result.words == """
                Error: Unknown command [IE9001]
                Cause: `integration` has no command `chek`
                Solution: Did you mean `integration check`? `integration --help` lists the commands.

                """)
    }

    @Test("An unknown command below another suggests the nearest there")
    func unknownSubcommand() throws {
        let result = try Executable.run("eval", "jsonpth", "$", in: folder)
        #expect(result.status == 64)
        #expect(result.words.contains("Did you mean `integration eval jsonpath`?"))
    }

    @Test("An unknown option is wrong usage")
    func unknownOption() throws {
        let result = try Executable.run("list", "--colour", in: folder)
        #expect(result.status == 64)
        #expect(result.words.contains("Unknown option '--colour'"))
    }

    @Test("A list for programs is one JSON array, or one object a line")
    func list() throws {
        let array = try Executable.run("list", "codecs", "-o", "json", in: folder)
        #expect(array.status == 0)
        #expect(array.words.isEmpty)
        #expect(array.output.hasPrefix(#"[{"kind":"codec","name":"ndjson","built":"yes","#))
        #expect(array.output.hasSuffix("}]\n"))
        let lines = try Executable.run("list", "codecs", "--output", "jsonl", in: folder)
        #expect(lines.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test("A list for people has a header, and says what to do next on standard error")
    func table() throws {
        let result = try Executable.run("list", "steps", in: folder)
        #expect(result.output.hasPrefix("KIND  NAME"))
        #expect(result.output.contains("\nstep  validate  "))
        #expect(result.words == "\nNext: integration docs NAME\n")
    }

    @Test("What can be listed is named when something else was asked for")
    func unknownKind() throws {
        let result = try Executable.run("list", "sorces", in: folder)
        #expect(result.status == 64)
        #expect(result.words.contains("sources"))
    }

    @Test("The options of a type are shown by its name, in one word or two")
    func docs() throws {
        let result = try Executable.run("docs", "file", "source", in: folder)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("file source\n\nReads a file record by record.\n"))
        #expect(try Executable.run("docs", "file source", in: folder).output == result.output)
        let names = try Executable.run("docs", in: folder)
        #expect(names.output.split(separator: "\n").contains("file source"))
    }

    @Test("A misspelt name is answered with the nearest")
    func misspelt() throws {
        let result = try Executable.run("docs", "htpp", in: folder)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(
            result.words == """
                Error: Unknown name [IE9002]
                Cause: there is no type, no part of a configuration and no function named `htpp`
                Solution: Did you mean `integration docs http`? `integration docs` lists every name.

                """)
    }

    @Test("An error code is explained, with or without its letters")
    func explain() throws {
        let result = try Executable.run("explain", "IE9003", in: folder)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("IE9003  A source never ends\n\n"))
        #expect(result.output.contains("\nSolution: "))
        #expect(try Executable.run("explain", "9003", in: folder).output == result.output)
        #expect(try Executable.run("explain", "ie9003", in: folder).output == result.output)
    }

    @Test("Every code that the program knows is listed once")
    func codes() throws {
        let result = try Executable.run("explain", "-o", "jsonl", in: folder)
        let codes = result.output.split(separator: "\n").map { $0.prefix(17) }
        #expect(codes.count > 50)
        #expect(Set(codes).count == codes.count)
        #expect(codes == codes.sorted())
    }

    @Test("The version is a line for people and an object for programs")
    func version() throws {
        let result = try Executable.run("version", in: folder)
        #expect(result.output.hasPrefix("integration ") && result.output.hasSuffix(")\n"))
        let object = try Executable.run("version", "-o", "json", in: folder)
        #expect(object.output.hasPrefix(#"{"version":""#) && object.output.hasSuffix("\"}\n"))
        #expect(try Executable.run("--version", in: folder).status == 0)
    }

    @Test("A completion script is made for each shell", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) throws {
        let result = try Executable.run("completion", shell, in: folder)
        #expect(result.status == 0)
        #expect(result.output.contains("integration") && result.output.contains("jsonpath"))
        #expect(try Executable.run("completion", "tcsh", in: folder).status == 64)
    }

    @Test("Output that can't be written is an error")
    func fullDisk() throws {
        let child = try Child(["list"], folder: folder, output: "/dev/full", words: .file(folder.path("words")))
        #expect(child.wait() == 1)
        #expect(try folder.read("words").hasPrefix("Error: Output can't be written [IE9005]\n"))
    }

    @Test("The JSON Schema of configurations is one document")
    func schema() throws {
        let schema = try Executable.run("config", "schema", in: folder)
        #expect(schema.status == 0)
        try folder.write("schema.json", schema.output)
        try folder.write("right.json", #"{"flows": {}}"#)
        try folder.write("wrong.json", #"{"flows": 7}"#)
        let right = try Executable.run("eval", "schema", "schema.json", "-i", "right.json", in: folder)
        #expect(right.output == #"{"valid":true,"violations":[]}"# + "\n")
        let wrong = try Executable.run("eval", "schema", "schema.json", "-i", "wrong.json", in: folder)
        #expect(wrong.status == 1)
    }
}
