import Testing

@Suite("Checking and showing configurations", .timeLimit(.minutes(2)))
struct ConfigurationCommandTests {
    let folder: Folder

    private static let right = """
        storage: {path: ./data}
        flows:
          copy:
            source: {type: file, path: in.ndjson}
            destination: {type: file, path: out.ndjson}
            error_handling: {dlq: {type: file, path: dead.ndjson}}

        """

    init() throws { folder = try Folder() }

    @Test("A right configuration is said to be right, with what to do next")
    func right() throws {
        try folder.write("integration.yaml", Self.right)
        let result = try Executable.run("check", in: folder)
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(
            result.words.hasSuffix(
                "no mistakes: 1 flow, 2 destinations, 0 services. Next: integration run integration.yaml\n"))
    }

    @Test("A wrong field is shown with its line and what was meant, and run refuses it")
    func wrongField() throws {
        try folder.write("flows.yaml", Self.right.replacing("path: in.ndjson", with: "pth: in.ndjson"))
        let mistake = """
            error[IE1004]: unknown field `pth` in the file source of flow `copy`
             --> flows.yaml:4:26
            4 |     source: {type: file, pth: in.ndjson}
              |                          ^^^ did you mean `path`?
            """
        let result = try Executable.run("check", "flows.yaml", in: folder)
        #expect(result.status == 78)
        #expect(result.words.contains(mistake), "\(result.words)")
        let refused = try Executable.run("run", "flows.yaml", "--until-idle", in: folder)
        #expect(refused.status == 78)
        #expect(refused.words.contains(mistake), "\(refused.words)")
        #expect(refused.words.contains("nothing was run: "))
    }

    @Test("A file that is not there is bad configuration")
    func missing() throws {
        let result = try Executable.run("check", "nope.yaml", in: folder)
        #expect(result.status == 78)
        #expect(result.words.contains("error[IE1030]: nope.yaml cannot be read: No such file or directory\n"))
    }

    @Test("Diagnostics for programs stand on standard output")
    func records() throws {
        try folder.write("integration.yaml", "flows: {copy: {source: {type: fil}}}\n")
        let result = try Executable.run("check", "-o", "jsonl", in: folder)
        #expect(result.status == 78)
        #expect(result.words.isEmpty)
        #expect(result.output.contains(#""severity":"error","code":"IE1040","#))
        #expect(result.output.contains(#""file":"integration.yaml","line":1,"#))
    }

    @Test("What only building finds is reported too, such as a schema that is none")
    func building() throws {
        let flow = """
            schemas: {order: {type: json_schema, schema: {required: 5}}}
            flows:
              copy:
                source: {type: file, path: in.ndjson}
                steps: [validate: order]
                destination: {type: file, path: out.ndjson}

            """
        try folder.write("integration.yaml", flow)
        let result = try Executable.run("check", in: folder)
        #expect(result.status == 78)
        #expect(result.words.contains("#/required"), "\(result.words)")
        #expect(result.words.contains("1 error"))
    }

    @Test("What is not built yet is a warning in check and stops run")
    func notBuilt() throws {
        try folder.write(
            "integration.yaml",
            Self.right.replacing(
                "{type: file, path: out.ndjson}", with: "{type: s3, region: eu-west-1, bucket: b, key: k}"))
        let result = try Executable.run("check", in: folder)
        #expect(result.status == 0, "\(result.words)")
        #expect(result.words.contains("`integration run` refuses it as it is"))
        let refused = try Executable.run("run", "--until-idle", in: folder)
        #expect(refused.status == 78)
    }

    @Test("--set overrides one value, and a mistake in it is shown")
    func overrides() throws {
        try folder.write("integration.yaml", Self.right)
        let result = try Executable.run("check", "--set", "flows.copy.source.batch_sise=10", in: folder)
        #expect(result.status == 78)
        #expect(result.words.contains(" --> --set:1:19\n"), "\(result.words)")
        let shown = try Executable.run(
            "config", "show", "flows.copy.source", "--set", "flows.copy.source.batch_size=10", in: folder)
        #expect(shown.output == "type: file\npath: in.ndjson\nbatch_size: 10\n")
    }

    @Test("A part of a configuration is shown without secrets; a path that leads nowhere is answered")
    func show() throws {
        try folder.write(
            "integration.yaml",
            """
            connectors:
              rest-api:
                type: http
                config: {base_url: "https://api.example.com", auth: {type: bearer, token: "${TOKEN}"}}

            """)
        let shown = try Executable.run("config", "show", in: folder, environment: ["TOKEN=hunter2"])
        #expect(shown.output.contains("••••"), "\(shown.output)\(shown.words)")
        #expect(!shown.output.contains("hunter2"))
        let nowhere = try Executable.run(
            "config", "show", "connectors.rest-ap", in: folder, environment: ["TOKEN=hunter2"])
        #expect(nowhere.status == 1)
        #expect(nowhere.words.contains("Did you mean `connectors.rest-api`?"), "\(nowhere.words)")
    }
}
