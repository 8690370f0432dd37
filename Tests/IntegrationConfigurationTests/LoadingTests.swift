import Foundation
import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct LoadingTests {
    private func load(_ files: [String: String], _ paths: [String] = ["integration.yaml"]) throws -> LoadedConfiguration
    {
        let folder = NSTemporaryDirectory() + "/configuration-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            let path = folder + "/" + name
            let parent = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        var loaded = SampleCatalog.loader().load(paths: paths.map { folder + "/" + $0 })
        loaded.files = Dictionary(
            uniqueKeysWithValues: loaded.files.map {
                ($0.key.replacingOccurrences(of: folder + "/", with: ""), $0.value)
            })
        return loaded
    }

    private func remarks(_ loaded: LoadedConfiguration) -> [String] {
        loaded.diagnostics.sorted.filter { $0.severity > .note }.map { diagnostic in
            let text =
                "\(diagnostic.severity) \(diagnostic.code): \(diagnostic.message)"
                + (diagnostic.help.map { " | \($0)" } ?? "")
            return text.replacing(/\/\S*?configuration-\d+\//, with: "")
        }
    }

    @Test func `Included files are merged by key, and paths are relative to the file that names them`() throws {
        let loaded = try load([
            "integration.yaml": "include: [parts/*.yaml]\nversion: 1\nqueues: {a: {}}",
            "parts/one.yaml": "version: 1\nqueues: {b: {}}\nschemas: {s: {path: s.json}}",
            "parts/two.yaml": "queues: {c: {}}\ninclude: ../more.yaml",
            "more.yaml": "queues: {d: {}}\ninclude: integration.yaml",
        ])
        #expect(remarks(loaded) == [])
        #expect(loaded.document?.queues.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            loaded.document?.schemas.first?.value.versions.first?.value.path?.resolved.hasSuffix("/parts/s.json")
                == true)
    }

    @Test func `The same key in two files is an error that names both`() throws {
        let loaded = try load([
            "integration.yaml": "include: other.yaml\nqueues: {a: {}}\nname: x",
            "other.yaml": "queues: {a: {}}\nname: y",
        ])
        #expect(
            remarks(loaded) == [
                """
                error IE1002: `a` in `queues` is in both integration.yaml and other.yaml | first at integration.yaml:2:10
                """,
                "error IE1002: `name` is in both integration.yaml and other.yaml | first at integration.yaml:3:1",
            ])
    }

    @Test func `A pattern without a match is a warning, a name without a file an error`() throws {
        #expect(
            remarks(try load(["integration.yaml": "include: [x/*.yaml, y.yaml]"])) == [
                "warning IE1031: `x/*.yaml` matches no file | the pattern is relative to the folder of this file",
                "error IE1032: y.yaml cannot be read: No such file or directory",
            ])
    }

    @Test func `Files, folders and what is missing`() throws {
        let files = ["a.yaml": "queues: {a: {}}", "b.yml": "queues: {b: {}}", "c/integration.yaml": "queues: {c: {}}"]
        #expect(try load(files, ["a.yaml", "b.yml"]).document?.queues.map(\.name) == ["a", "b"])
        #expect(try load(files, [""]).document?.queues.map(\.name) == ["a", "b"])
        #expect(try load(files, ["c"]).document?.queues.map(\.name) == ["c"])
        #expect(
            remarks(try load(files, ["d.yaml"])) == ["error IE1030: d.yaml cannot be read: No such file or directory"])
        #expect(try load(["x/readme": ""], ["x"]).diagnostics.all.map(\.code) == [.configurationUnreadable])
        #expect(try load(["a.yaml": "- 1"], ["a.yaml"]).diagnostics.all.map(\.code) == [.wrongType])
    }

    @Test func `Overrides change what is there and add what is not`() {
        let text =
            "queues: {a: {max_messages: 5}}\nflows: {f: {source: {type: file, path: x}, destination: {type: drop}}}"
        let loaded = SampleCatalog.load(
            text, ["N": "9"],
            set: [
                "queues.a.max_messages=7", "queues.b.retention=5s", "name=${N}", "flows.f.destination={type: stdout}",
                "flows.f.steps=[log, log]",
            ])
        #expect(loaded.document?.queues.map(\.value.maxMessages) == [7, 1_000_000])
        #expect(loaded.document?.queues.last?.value.retention == .seconds(5))
        #expect(loaded.document?.name == "9")
        #expect(loaded.document?.flows.first?.value.steps.map(\.name) == ["log", "log-2"])
    }

    @Test func `A mistake in an override is shown in the override`() {
        let loaded = SampleCatalog.load(
            "queues: {a: {}}", set: ["queues.a.max_mesages=7", "name", "queues.a.x.y.z=[", "a..b=1"])
        #expect(
            loaded.report() == """
                error[IE1033]: `--set` needs a path and a value
                 --> --set(2):1:1
                1 | name
                  | ^^^^ write `--set flows.NAME.source.batch_size=10`

                error[IE1001]: a value is missing, or a `[` or `{` is not closed
                 --> --set(3):1:16
                1 | queues.a.x.y.z=[
                  |                ^ close it; put quotes around values that contain any of `{}[],`

                error[IE1033]: a key in the path is empty
                 --> --set(4):1:1
                1 | a..b=1
                  | ^^^^

                error[IE1004]: unknown field `max_mesages` in `queues.a`
                 --> --set:1:10
                1 | queues.a.max_mesages=7
                  |          ^^^^^^^^^^^ did you mean `max_messages`?

                """)
    }

    @Test func `A configuration built in Swift is checked like one in YAML`() {
        let node: ConfigurationNode = [
            "queues": ["orders": ["retention": "14d"]],
            "flows": [
                "f": ["source": ["type": "file", "path": "x", "batch_size": 5], "destination": "orders"]
            ],
        ]
        let swift = SampleCatalog.loader().load(node)
        let yaml = SampleCatalog.load(
            "queues: {orders: {retention: 14d}}\nflows: {f: {source: {type: file, path: x, batch_size: 5}, destination: orders}}"
        )
        #expect(swift.document?.flows.first?.value.sources.first?.fields[SampleCatalog.batchSize] == 5)
        #expect(swift.show() == yaml.show())
        #expect(SampleCatalog.loader().load(["flows": ["f": ["sorce": 1]]]).report().contains("did you mean `source`?"))
    }
}
