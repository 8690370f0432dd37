import Foundation
import IntegrationDocument
import IntegrationTransforms
import TestSupport

/// The public test suite of JSON Schema, read from its folder.
enum SchemaSuite {
    static let name = "json-schema-test-suite"

    struct Verdicts {
        var right = 0
        var wrong: [String] = []
        var total: Int { right + wrong.count }
    }

    /// Everything under `remotes`, known under the addresses that the suite uses.
    static func registry() throws -> SchemaRegistry {
        var registry = SchemaRegistry()
        let root = TestSupport.Suites.path(name, "remotes")
        for file in try FileManager.default.subpathsOfDirectory(atPath: root) where file.hasSuffix(".json") {
            let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + file))
            registry.add(try Document(data, policy: .lenient), uri: "http://localhost:1234/" + file)
        }
        return registry
    }

    static func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: TestSupport.Suites.path(name, "tests/" + folder))
            .filter { $0.hasSuffix(".json") }.sorted()
    }

    /// Runs the cases of a folder. Every verdict is asked for twice: as yes or no, and as a list of violations.
    static func run(_ folder: String, _ options: SchemaOptions) throws -> Verdicts {
        let registry = try registry()
        var verdicts = Verdicts()
        for file in try files(folder) {
            let data = try Data(
                contentsOf: URL(fileURLWithPath: TestSupport.Suites.path(name, "tests/\(folder)/\(file)")))
            let groups = try Document(data, policy: .lenient)
            groups.withRoot { root in
                for group in root.elements { run(group, "\(folder)/\(file)", registry, options, &verdicts) }
            }
        }
        return verdicts
    }

    private static func run(
        _ group: View, _ file: String, _ registry: SchemaRegistry, _ options: SchemaOptions, _ verdicts: inout Verdicts
    ) {
        let title = "\(file): \(group["description"]?.string ?? "")"
        guard let schema = group["schema"], let tests = group["tests"] else { return }
        let compiled: CompiledSchema
        do {
            compiled = try JSONSchema.compile(Document(copying: schema), registry: registry, options: options)
        } catch {
            verdicts.wrong += tests.elements.map { _ in "\(title): not compiled: \(error)" }
            return
        }
        for test in tests.elements {
            guard let data = test["data"], let expected = test["valid"]?.bool else { continue }
            let isValid = compiled.isValid(data)
            let violations = compiled.violations(data)
            if isValid == expected, violations.isEmpty == expected {
                verdicts.right += 1
            } else {
                let found = "\(isValid), \(violations.map(\.message))"
                verdicts.wrong.append("\(title): \(test["description"]?.string ?? ""): expected \(expected): \(found)")
            }
        }
    }
}
