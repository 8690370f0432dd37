import Glibc
import IntegrationCore
import Testing

@testable import IntegrationConfiguration

@Suite struct ReloadingTests {
    private static let text = """
        storage: {path: ./data}
        connectors:
          api: {type: http, base_url: "https://h"}
        services:
          lookup: {type: http, connector: api, path: /x}
        templates:
          used: {mapping: {id: $.a}}
          unused: {mapping: {id: $.b}}
        destinations:
          out: {type: file, path: out.ndjson}
        flows:
          first:
            source: {type: file, path: in.ndjson}
            steps:
              - transform: used
              - enrich: {service: lookup, lookup_field: id}
            destination: out
          second:
            source: {type: file, path: in.ndjson}
            destination: {type: file, path: other.ndjson}

        """

    private func fingerprints(_ text: String) throws -> ConfigurationFingerprints {
        ConfigurationFingerprints(try #require(SampleCatalog.load(text).root))
    }

    private func unchanged(_ old: String, _ new: String) throws -> Set<String> {
        let (before, after) = (try fingerprints(Self.text), try fingerprints(Self.text.replacing(old, with: new)))
        #expect(Self.text.contains(old))
        return after.unchangedFlows(since: before)
    }

    @Test func `What is only written differently has not changed`() throws {
        #expect(try unchanged("path: in.ndjson}\n    steps:", "path: in.ndjson} # here\n    steps:").count == 2)
        #expect(try unchanged("{mapping: {id: $.a}}", "{mapping: {\"id\": \"$.a\"}}").count == 2)
        #expect(try unchanged("    destination: out", "    destination: \"out\"").count == 2)
    }

    @Test func `A flow changes with its own text alone, and with all that it names, directly or not`() throws {
        #expect(try unchanged("path: other.ndjson", "path: another.ndjson") == ["first"])
        #expect(try unchanged("id: $.a", "id: $.c") == ["second"])
        #expect(try unchanged("id: $.b", "id: $.c") == ["first", "second"])
        #expect(try unchanged("path: out.ndjson", "path: out2.ndjson") == ["second"])
        #expect(try unchanged("path: /x", "path: /y") == ["second"])
        // Through the service that uses the connector.
        #expect(try unchanged("https://h", "https://g") == ["second"])
    }

    @Test func `What holds for all changes all, and what says nothing of flows changes none`() throws {
        #expect(try unchanged("storage: {path: ./data}", "storage: {path: ./data2}").isEmpty)
        #expect(try unchanged("storage: {path: ./data}", "storage: {path: ./data}\ngrace: 5s\nname: x").count == 2)
    }

    @Test func `A shared endpoint is known by name, and a flow may have the name of one`() throws {
        let before = try fingerprints(Self.text)
        let after = try fingerprints(Self.text.replacing("https://h", with: "https://g"))
        #expect(after.unchangedEndpoints(since: before) == ["out"])
        #expect(Set(before.endpoints.keys) == ["out", "lookup"])
    }

    @Test func `A file that a section names counts with its content, a source's file does not`() throws {
        var template = Array("/tmp/integration-configuration-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        func write(_ name: String, _ text: String) throws {
            let file = try #require(fopen("\(folder)/\(name)", "w"))
            fputs(text, file)
            fclose(file)
        }
        let text = """
            schemas: {order: {path: \(folder)/order.json}}
            flows:
              a:
                source: {type: file, path: \(folder)/in.ndjson}
                steps: [{validate: order}]
                destination: {type: file, path: \(folder)/out.ndjson}

            """
        try write("order.json", "{}")
        try write("in.ndjson", "1")
        let before = try fingerprints(text)
        #expect(before.files == [folder + "/order.json"])
        try write("in.ndjson", "1\n2\n")
        #expect(try fingerprints(text).unchangedFlows(since: before) == ["a"])
        try write("order.json", "{\"type\": \"object\"}")
        #expect(try fingerprints(text).unchangedFlows(since: before).isEmpty)
    }

    // MARK: Texts that are added

    private func load(without: Set<String> = [], _ added: AddedText...) -> LoadedConfiguration {
        var template = Array("/tmp/integration-configuration-XXXXXX".utf8CString)
        let folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        let path = folder + "/integration.yaml"
        if let file = fopen(path, "w") {
            fputs(Self.text, file)
            fclose(file)
        }
        return ConfigurationLoader(catalog: SampleCatalog.catalog, environment: .init())
            .load(paths: [path], overrides: [], withoutFlows: without, added: added)
    }

    @Test func `An added text is merged by key, and its mistakes are shown in its own file`() {
        let good = load(
            AddedText(
                file: "/x/more.yaml",
                text: "flows:\n  third:\n    source: {type: file, path: a}\n    destination: out\n"))
        #expect(good.root?["flows"]?.mapping?.keys == ["first", "second", "third"])
        #expect(good.root?["flows"]?["third"]?.location.file == "/x/more.yaml")
        let bad = load(AddedText(file: "/x/more.yaml", text: "flows:\n  third: {sauce: 1}\n"))
        #expect(bad.report().contains("--> /x/more.yaml:2:11"))
        let broken = load(AddedText(file: "/x/more.yaml", text: "flows: ["))
        #expect(broken.root == nil)
        #expect(broken.diagnostics.hasErrors)
    }

    @Test func `Flows that are left out are not there, be they of the files or of an added text`() {
        let text = AddedText(
            file: "/x/more.yaml",
            text: "flows:\n  first: {source: {type: file, path: a}, destination: out}\n  x: {}\n", withoutFlows: ["x"])
        let loaded = load(without: ["first"], text)
        #expect(loaded.root?["flows"]?.mapping?.keys == ["second", "first"])
        #expect(loaded.root?["flows"]?["first"]?.location.file == "/x/more.yaml")
        let loader = ConfigurationLoader(catalog: SampleCatalog.catalog, environment: .init())
        #expect(loader.flowNames(in: text) == ["first"])
    }
}
