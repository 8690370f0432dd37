import Foundation
import IntegrationDocument
import IntegrationTransforms
import TestSupport
import Testing

/// Schemas that people use, with documents they are for.
@Suite("JSON Schema: real schemas and documents")
struct SchemaCorpusTests {
    private static func document(_ suite: String, _ file: String) throws -> Document {
        try Document(Data(contentsOf: URL(fileURLWithPath: TestSupport.Suites.path(suite, file))), policy: .lenient)
    }

    private static func cases(_ suite: String) throws -> [Document] {
        let text = try String(contentsOfFile: TestSupport.Suites.path(suite, "cases.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { try Document($0.utf8) }
    }

    /// A member of a case that is a string.
    private static func text(_ test: Document, _ name: String) -> String {
        test.withRoot { $0[name]?.string } ?? ""
    }

    private static func flag(_ test: Document, _ name: String) -> Bool {
        test.withRoot { $0[name]?.bool } ?? false
    }

    @Test(
        "Every verdict on the documents of SchemaStore is right",
        .enabled(if: TestSupport.Suites.have("schemastore"), "\(TestSupport.Suites.absence("schemastore"))"))
    func schemaStore() throws {
        var registry = SchemaRegistry()
        let folder = TestSupport.Suites.path("schemastore", "schemas")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".json") {
            let schema = try Self.document("schemastore", "schemas/" + file)
            for host in ["json.schemastore.org", "www.schemastore.org"] {
                registry.add(schema, uri: "https://\(host)/\(file)")
                registry.add(schema, uri: "https://\(host)/\(file.dropLast(5))")
            }
        }
        var compiled: [String: CompiledSchema] = [:]
        var wrong: [String] = []
        let cases = try Self.cases("schemastore").filter { !Self.flag($0, "contested") }
        for test in cases {
            let name = Self.text(test, "schema")
            let schema: CompiledSchema
            if let known = compiled[name] {
                schema = known
            } else {
                let options = SchemaOptions(formats: .assert, defaultDialect: .draft7)
                let document = try Self.document("schemastore", name)
                let uri = "https://www.schemastore.org/" + name.dropFirst("schemas/".count)
                schema = try JSONSchema.compile(document, baseURI: uri, registry: registry, options: options)
                compiled[name] = schema
            }
            let found = try Self.document("schemastore", Self.text(test, "json")).withRoot { schema.violations($0) }
            guard found.isEmpty != Self.flag(test, "valid") else { continue }
            wrong.append("\(name) \(Self.text(test, "data")): \(found.map(\.message))")
        }
        print("schemastore: \(cases.count - wrong.count) of \(cases.count) cases")
        #expect(cases.count > 200)
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test(
        "Every verdict on the webhooks of GitHub is right",
        .enabled(if: TestSupport.Suites.have("webhooks-github"), "\(TestSupport.Suites.absence("webhooks-github"))"))
    func webhooks() throws {
        var registry = SchemaRegistry()
        let folder = TestSupport.Suites.path("webhooks-github", "payload-schemas")
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".json") {
            registry.add(
                try Self.document("webhooks-github", "payload-schemas/" + file), uri: "http://localhost/" + file)
        }
        var wrong: [String] = []
        let cases = try Self.cases("webhooks-github")
        for test in cases {
            let name = Self.text(test, "schema")
            let payload = try Self.document("webhooks-github", Self.text(test, "data"))
            for formats in [SchemaOptions.Formats.annotate, .assert] {
                let options = SchemaOptions(formats: formats, checksMetaschema: false)
                let schema = try JSONSchema.compile(
                    Self.document("webhooks-github", name), registry: registry, options: options)
                let expected = Self.flag(
                    test, formats == .assert ? "valid_formats_asserted" : "valid_formats_annotation")
                let found = payload.withRoot { schema.violations($0) }
                guard found.isEmpty != expected else { continue }
                wrong.append("\(name) \(Self.text(test, "data")) \(formats): \(found.map(\.message))")
            }
        }
        print("webhooks-github: \(cases.count * 2 - wrong.count) of \(cases.count * 2) verdicts")
        #expect(cases.count > 100)
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }
}
