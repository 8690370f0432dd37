import Foundation
import IntegrationDocument
import IntegrationTransforms
import TestSupport
import Testing

/// The JSONPath compliance test suite, every case.
@Suite(
    "JSONPath compliance suite",
    .enabled(if: Suites.have("jsonpath-rfc9535"), "\(Suites.absence("jsonpath-rfc9535"))"))
struct JSONPathSuiteTests {
    @Test("Every case of the suite gives the values, the order and the normalised paths that it asks for")
    func everyCase() throws {
        // Names with lone surrogates and the like stay as they are in a tape.
        let text = try Data(contentsOf: URL(fileURLWithPath: Suites.path("jsonpath-rfc9535", "cts.json")))
        let suite = try Document(text, policy: .lenient)
        let total = try suite.withRoot { root in
            let tests = try #require(root["tests"])
            for test in tests.elements { try check(test) }
            return tests.count
        }
        #expect(total >= 703)
    }

    private func check(_ test: View) throws {
        let name = try #require(test["name"]?.string)
        let selector = try #require(test["selector"]?.string)
        if test["invalid_selector"]?.bool == true {
            #expect(throws: JSONPathError.self, "\(name): \(selector)") { try JSONPath(selector) }
            return
        }
        let path = try JSONPath(selector)
        let document = try #require(test["document"])
        var nodes = NodeList()
        try path.evaluate(document, into: &nodes)
        var values: [String] = []
        var paths: [String] = []
        for index in 0..<nodes.count {
            values.append(Document(copying: View(nodes[index], document.bases)).json)
            paths.append(try #require(NormalizedPath.text(of: nodes[index], in: document)))
        }
        #expect(allowed(test, "result", "results").contains(values), "\(name): \(selector) gave \(values)")
        let allowedPaths = allowed(test, "result_paths", "results_paths").map {
            $0.map { String($0.dropFirst().dropLast()) }
        }
        let escaped = paths.map { path in String(Document { $0.append(string: path) }.json.dropFirst().dropLast()) }
        #expect(allowedPaths.contains(escaped), "\(name): \(selector) gave \(paths)")
        // The other doors agree.
        #expect(try path.count(in: document) == values.count)
        #expect(try path.first(in: document).map { Document(copying: $0).json } == values.first)
    }

    private func allowed(_ test: View, _ one: String, _ many: String) -> [[String]] {
        func list(_ view: View) -> [String] { view.elements.map { Document(copying: $0).json } }
        if let result = test[one] { return [list(result)] }
        return test[many].map { $0.elements.map(list) } ?? []
    }
}
