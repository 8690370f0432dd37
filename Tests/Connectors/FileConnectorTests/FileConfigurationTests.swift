import FileConnector
import IntegrationCore
import Testing

@Suite struct FileConfigurationTests {
    private func mistakes<Configuration: Configurable>(
        _ type: Configuration.Type, _ node: ConfigurationNode
    ) -> [String] {
        var context = DecodingContext()
        _ = context.speaking(of: "the file") { type.decode(node, &$0) }
        return context.diagnostics.all.map { "\($0.code): \($0.message)" }
    }

    private func decoded<Configuration: Configurable>(
        _ type: Configuration.Type, _ node: ConfigurationNode
    ) throws -> Configuration {
        var context = DecodingContext()
        return try #require(type.decode(node, &context))
    }

    @Test func `A source has sensible defaults`() throws {
        let source = try decoded(FileSourceConfiguration.self, ["path": "in.ndjson"])
        #expect(source.path.text == "in.ndjson")
        #expect(source.records == RecordConfiguration())
        #expect(source.mode == .once)
        #expect(source.pollInterval == .milliseconds(250))
    }

    @Test func `A source takes what is written`() throws {
        let source = try decoded(
            FileSourceConfiguration.self,
            [
                "path": "in.csv", "format": "csv", "delimiter": ";", "columns": ["a", "b"], "batch_size": 500,
                "max_message_size": "1KiB", "mode": "follow", "poll_interval": "2s",
            ])
        #expect(
            source.records
                == RecordConfiguration(
                    format: .csv, delimiter: UInt8(ascii: ";"), columns: ["a", "b"], batchSize: 500,
                    maximumMessageSize: 1024))
        #expect(source.mode == .follow)
        #expect(source.pollInterval == .seconds(2))
    }

    @Test(
        arguments: [
            ([:], "IE1003: `path` is missing in the file"),
            (["path": "a", "delimiter": ";"], "`delimiter` has no meaning with `format: ndjson`"),
            (["path": "a", "format": "csv", "delimiter": ";;"], "must be one ASCII character"),
            (["path": "a", "format": "csv", "columns": []], "is 0 entries long"),
            (["path": "a", "poll_interval": "1s"], "`poll_interval` has no meaning with `mode: once`"),
            (["path": "in/*.log", "mode": "follow"], "takes one file, not a pattern"),
            (["path": "a", "batch_size": 0], "must be from 1 to 100000"),
            (["path": "a", "max_message_size": "17MiB"], "must be from 1B to 16MiB"),
            (["path": "a", "mode": "folow"], "must be `once` or `follow`"),
        ] as [(ConfigurationNode, String)])
    func `A source's mistakes are found`(node: ConfigurationNode, message: String) {
        let all = mistakes(FileSourceConfiguration.self, node)
        #expect(all.count == 1)
        #expect(all.first?.contains(message) == true, "\(all)")
    }

    @Test func `A destination's fields`() throws {
        let plain = try decoded(FileDestinationConfiguration.self, ["path": "out.ndjson"]).makeDestination()
        #expect(plain.path == "out.ndjson" && plain.syncs)
        #expect(plain.rotationSize == nil && plain.rotationAge == nil)
        let rotated = try decoded(
            FileDestinationConfiguration.self,
            ["path": "out.ndjson", "sync": false, "rotate": ["size": "1MiB", "age": "1d"]]
        ).makeDestination()
        #expect(rotated.rotationSize == 1 << 20 && rotated.rotationAge == .seconds(86_400) && !rotated.syncs)
        #expect(mistakes(FileDestinationConfiguration.self, ["path": "a", "rotate": [:]]).count == 1)
        #expect(mistakes(FileDestinationConfiguration.self, ["path": "a", "rotate": ["size": 5]]).count == 1)
    }

    @Test func `The catalog makes both, and every example is right`() throws {
        var catalog = Catalog()
        FileConfiguration.register(in: &catalog)
        #expect(catalog.makers.sources["file"] != nil && catalog.makers.destinations["file"] != nil)
    }
}
