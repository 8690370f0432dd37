import Foundation
import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import TestSupport
import Testing

/// The public test suites of patches: every file of the folder, `disabled` cases too, which others can't do.
@Suite("Suites of patches", .enabled(if: Suites.have("json-patch"), "\(Suites.absence("json-patch"))"))
struct PatchSuiteTests {
    @Test("Every case gives the document or the error that it asks for")
    func everyCase() throws {
        var total = 0
        let folder = Suites.path("json-patch", "")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".json") {
            let text = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
            try Document(text, policy: .lenient).withRoot { root in
                for test in root.elements where test["doc"] != nil && test["patch"] != nil {
                    try check(test, file)
                    total += 1
                }
            }
        }
        #expect(total >= 95)
        print("json-patch: \(total) cases")
    }

    private func check(_ test: View, _ file: String) throws {
        let document = Document(copying: try #require(test["doc"])).json
        let patch = Document(copying: try #require(test["patch"])).json
        let what = Comment(rawValue: "\(file): \(document) \(patch)")
        if test["error"] != nil {
            #expect(throws: IntegrationError.self, what) { try patched(document, patch) }
            return
        }
        let isMerge = file.contains("7396") || test["patch"]?.kind != .array
        let result = try isMerge ? merged(document, patch) : patched(document, patch)
        guard let expected = test["expected"] else { return }
        #expect(try Document(result, policy: .lenient) == Document(copying: expected), what)
    }
}
