import Foundation
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

/// The cases of jsonata-js' own test suite, where they are present.
enum JSONataSuite {
    static let folder: URL = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let suites = ProcessInfo.processInfo.environment["INTEGRATION_SUITES"].map { URL(fileURLWithPath: $0) }
        return (suites ?? package.appendingPathComponent("../shared/suites").standardized).appendingPathComponent(
            "jsonata")
    }()

    static let isPresent: Bool = {
        let present = FileManager.default.fileExists(atPath: folder.appendingPathComponent("groups").path)
        if !present { print("SKIPPED: the JSONata suite is not at \(folder.path)") }
        return present
    }()

    struct Case: Sendable {
        var group: String
        var file: String
        var index: Int
        var document: Document
    }

    static func cases() throws -> [Case] {
        var cases: [Case] = []
        let groups = folder.appendingPathComponent("groups")
        for group in try FileManager.default.contentsOfDirectory(atPath: groups.path).sorted() {
            let path = groups.appendingPathComponent(group)
            for file in try FileManager.default.contentsOfDirectory(atPath: path.path).sorted()
            where file.hasSuffix(".json") {
                let data = try Data(contentsOf: path.appendingPathComponent(file))
                let document = try Document(Array(data), policy: .lenient)
                document.withRoot { root in
                    let views = root.kind == .array ? Array(root.elements) : [root]
                    for (index, view) in views.enumerated() {
                        cases.append(Case(group: group, file: file, index: index, document: Document(copying: view)))
                    }
                }
            }
        }
        return cases
    }

    /// Nil where the case passes, else what went wrong.
    static func judge(_ test: Case) throws -> String? {
        try test.document.withRoot { root in
            var text = root["expr"]?.string ?? ""
            if let file = root["expr-file"]?.string {
                let path = folder.appendingPathComponent("groups/\(test.group)/\(file)")
                text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
            }
            let outcome = try run(text, root)
            return compare(outcome, root, text)
        }
    }

    private static func run(_ text: String, _ root: View) throws -> Result<JSONataValue, ExpressionError> {
        var bindings = ExpressionBindings()
        if let given = root["bindings"] { for member in given.members { bindings.bind(member.name, member.value) } }
        var budget = ExpressionBudget(steps: 50_000_000, depth: 3_000, time: .seconds(20))
        if let depth = root["depth"]?.integer { budget.depth = Int(depth) }
        var input: View?
        var dataset: Document?
        if let data = root["data"] {
            input = data
        } else if let name = root["dataset"]?.string {
            let data = try Data(contentsOf: folder.appendingPathComponent("datasets/\(name).json"))
            dataset = try Document(Array(data), policy: .lenient)
        }
        do throws(ExpressionError) {
            let expression = try Expression.compile(text)
            if let dataset {
                return .success(
                    try dataset.withRoot { (view) throws(ExpressionError) in
                        try expression.evaluateValue(view, bindings: bindings, budget: budget)
                    })
            }
            return .success(try expression.evaluateValue(input, bindings: bindings, budget: budget))
        } catch {
            return .failure(error)
        }
    }

    private static func compare(
        _ outcome: Result<JSONataValue, ExpressionError>, _ root: View, _ text: String
    ) -> String? {
        let expected = root["code"]?.string ?? root["error"]?["code"]?.string
        switch outcome {
        case .failure(let error):
            guard let expected else { return "threw \(error)" }
            if error.code != expected { return "threw \(error.code), not \(expected)" }
            if let token = root["token"]?.string, error.token != token {
                return "threw \(error.code) about \(error.token ?? "nothing"), not \(token)"
            }
            if let message = root["error"]?["message"]?.string, error.code.hasPrefix("D3137"), error.message != message
            {
                return "said \(error.message)"
            }
            return nil
        case .success(let value):
            if let expected { return "gave \(value.json ?? "nothing") and did not throw \(expected)" }
            if root["undefinedResult"] != nil {
                return value.json == nil ? nil : "gave \(value.json ?? "")"
            }
            guard let result = root["result"], let json = value.json else { return "gave nothing" }
            do {
                var given = try Document(json, policy: .lenient)
                var wanted = Document(copying: result)
                if root["unordered"]?.bool == true {
                    given = sorted(given)
                    wanted = sorted(wanted)
                }
                return given == wanted ? nil : "gave \(json.prefix(300)), not \(wanted.json.prefix(300))"
            } catch {
                return "gave \(json), which is not JSON: \(error)"
            }
        }
    }

    private static func sorted(_ document: Document) -> Document {
        document.withRoot { root in
            let elements = root.elements.map { Document(copying: $0).json }.sorted()
            let text = "[" + elements.joined(separator: ",") + "]"
            do {
                return try Document(text, policy: .lenient)
            } catch {
                preconditionFailure("what was JSON is none any more: \(error)")
            }
        }
    }
}
