internal import FuzzerSupport
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// JSON Schema: a schema, and a document behind a separator.
enum SchemaFuzzer: Fuzzer {
    static let name = "schema"

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let first = parts.first, let schema = try? Document(first, policy: .lenient) else { return }
        let document = document(parts, 1)
        withinTime(.seconds(2)) {
            for dialect in [SchemaDialect.draft2020, .draft7] {
                for isChecked in [true, false] {
                    var options = SchemaOptions(
                        formats: .assert, contents: .assert, defaultDialect: dialect, maximumNodes: 20_000,
                        maximumSteps: 20_000, checksMetaschema: isChecked)
                    guard let compiled = compile(schema, options) else { continue }
                    check(compiled, document)
                    options.formats = .annotate
                    options.contents = .annotate
                    guard let lenient = compile(schema, options) else {
                        require(false, "a schema compiles only where formats are asserted")
                        continue
                    }
                    check(lenient, document)
                }
            }
        }
    }

    private static func compile(_ schema: Document, _ options: SchemaOptions) -> CompiledSchema? {
        do {
            return try JSONSchema.compile(schema, options: options)
        } catch {
            require(!error.problems.isEmpty, "it is refused without a reason")
            for problem in error.problems {
                require(!problem.message.isEmpty, "nothing is said")
                require(problem.location.contains("#"), "the place is none: \(problem.location)")
            }
            return nil
        }
    }

    private static func check(_ schema: CompiledSchema, _ document: Document) {
        document.withRoot { root in
            let isValid = schema.isValid(root)
            let violations = schema.violations(root, limit: 20)
            require(isValid == violations.isEmpty, "valid: \(isValid), and yet \(violations.map(\.message))")
            require(violations.count <= 20, "\(violations.count) violations are more than were asked for")
            require(violations == schema.violations(root, limit: 20), "the second run finds others")
            for violation in violations where violation.code != .schemaGivenUp {
                require(!violation.message.isEmpty, "nothing is said")
                checkPlace(violation.location, root, violation)
            }
        }
    }

    /// The place of a violation is in the document, or is that of a missing member.
    private static func checkPlace(_ location: InstanceLocation, _ root: View, _ violation: Violation) {
        var at = root
        for (index, step) in location.steps.enumerated() {
            let next: View? =
                switch step {
                case .member(let name): at[name]
                case .item(let item): at[item]
                }
            guard let next else {
                return require(index == location.steps.count - 1, "there is no such place: \(violation.message)")
            }
            at = next
        }
    }
}
