import IntegrationTransforms
import TestSupport
import Testing

@Suite(
    "JSON Schema test suite",
    .enabled(
        if: TestSupport.Suites.have("json-schema-test-suite"), "\(TestSupport.Suites.absence("json-schema-test-suite"))"
    ))
struct SchemaSuiteTests {
    struct Draft: CustomTestStringConvertible, Sendable {
        let folder: String
        let dialect: SchemaDialect
        var testDescription: String { folder }
    }

    static let drafts = [
        Draft(folder: "draft2020-12", dialect: .draft2020), Draft(folder: "draft7", dialect: .draft7),
    ]

    @Test("Every mandatory case has the right verdict", arguments: drafts)
    func mandatory(_ draft: Draft) throws {
        let verdicts = try SchemaSuite.run(draft.folder, SchemaOptions(defaultDialect: draft.dialect))
        print("\(draft.folder): \(verdicts.right) of \(verdicts.total) mandatory cases")
        #expect(verdicts.total > 500)
        #expect(verdicts.wrong.isEmpty, "\(verdicts.wrong.joined(separator: "\n"))")
    }

    @Test("Every optional case has the right verdict", arguments: drafts)
    func optional(_ draft: Draft) throws {
        let options = SchemaOptions(contents: .assert, defaultDialect: draft.dialect)
        let verdicts = try SchemaSuite.run(draft.folder + "/optional", options)
        print("\(draft.folder): \(verdicts.right) of \(verdicts.total) optional cases")
        #expect(verdicts.total > 50)
        #expect(verdicts.wrong.isEmpty, "\(verdicts.wrong.joined(separator: "\n"))")
    }

    @Test("Every case of a format has the right verdict where formats are asserted", arguments: drafts)
    func formats(_ draft: Draft) throws {
        let options = SchemaOptions(formats: .assert, defaultDialect: draft.dialect)
        let verdicts = try SchemaSuite.run(draft.folder + "/optional/format", options)
        print("\(draft.folder): \(verdicts.right) of \(verdicts.total) cases of formats")
        #expect(verdicts.total > 200)
        #expect(verdicts.wrong.isEmpty, "\(verdicts.wrong.joined(separator: "\n"))")
    }
}
