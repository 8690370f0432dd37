internal import FuzzerSupport
internal import IntegrationCore
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// Templates: a mapping as JSON or a text with `{{ … }}`, and a document behind a separator.
enum TemplateFuzzer: Fuzzer {
    static let name = "template"
    private static let budget = JSONPathBudget(steps: 200_000, nodes: 20_000)

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let text = text(parts, 0) else { return }
        let document = document(parts, 1)
        withinTime(.seconds(2)) {
            if let mapping = try? Document(text) {
                checkMapping(mapping.withRoot { TemplateNode($0) }, document)
            }
            checkText(text, document)
        }
    }

    // MARK: Mappings

    private static func checkMapping(_ mapping: TemplateNode, _ document: Document) {
        for missing in MissingValue.allCases {
            let literals = Literals()
            do throws(IntegrationError) {
                let program = try TemplateProgram(
                    name: "fuzzed", mapping: mapping, options: TemplateOptions(missing: missing, budget: budget),
                    literals: literals, expressions: BoundedExpressions())
                let first = apply(program, literals, document)
                let second = apply(program, literals, document)
                require(first == second, "the second run gives \(second), the first \(first)")
            } catch {
                require(!error.message.isEmpty, "nothing is said")
                return
            }
        }
    }

    private static func apply(_ program: TemplateProgram, _ literals: Literals, _ document: Document) -> String {
        let arena = Arena()
        let block = ByteBlock(Array(document.json.utf8))
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals.block(), as: Arena.literalBase)
        var scratch = TemplateScratch()
        do {
            let source = try arena.parse(
                Slice(base: Arena.sourceBase, offset: 0, length: block.count), policy: .lenient)
            var out = OutputBuffer()
            out.append(try program.apply(arena.view(source), in: arena, using: &scratch))
            let json = out.withBytes { String(decoding: $0, as: UTF8.self) }
            require((try? Document(json, policy: .lenient)) != nil, "what was made is no JSON: \(json)")
            return json
        } catch let error as IntegrationError {
            return error.message
        } catch {
            fatalError("template: a document is refused: \(error)")
        }
    }

    // MARK: Texts

    private static func checkText(_ text: String, _ document: Document) {
        do throws(ExpressionError) {
            let template = try TextTemplate.compile(text)
            let hasBraces = zip(text.utf8, text.utf8.dropFirst()).contains { $0 == 0x7B && $1 == 0x7B }
            require(template.isConstant != hasBraces, "braces are overlooked, or seen where there are none")
            let first = string(template, .plain, document)
            require(first == string(template, .plain, document), "the second run gives another text")
            if template.isConstant { require(first == text, "a constant text becomes \(first ?? "nothing")") }
            checkSegments(template, string(template, .pathSegment, document))
            _ = string(template, .queryValue, document)
        } catch {
            ExpressionFuzzer.checkPlace(error, text)
        }
    }

    /// What is put into a path makes no segment, query or fragment of its own.
    private static func checkSegments(_ template: TextTemplate, _ path: String?) {
        let text = template.text
        guard let path, template.expressions.count == 1,
            let open = text.indices.first(where: { text[$0...].hasPrefix("{{") })
        else { return }
        let before = text[..<open].utf8
        guard path.utf8.starts(with: before), path.utf8.count > before.count else { return }
        let behind = String(decoding: Array(path.utf8.dropFirst(before.count)), as: UTF8.self)
        let written = text[open...]
        for mark in ["/", "?", "#"] where !written.contains(mark) {
            require(!behind.contains(mark), "a value brings \(mark) into a path: \(behind)")
        }
    }

    private static func string(
        _ template: TextTemplate, _ encoding: TextTemplate.Encoding, _ document: Document
    ) -> String? {
        document.withRoot { root in
            do throws(ExpressionError) {
                return try template.string(
                    root, encoding: encoding, budget: ExpressionFuzzer.budget, host: ExpressionFuzzer.host)
            } catch {
                ExpressionFuzzer.checkPlace(error, template.text)
                return nil
            }
        }
    }
}

/// JSONata in templates, as the step has it but with a budget that a fuzzer can wait for.
private struct BoundedExpressions: TemplateExpressionCompiler {
    func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression {
        do {
            return Bounded(expression: try Expression.compile(text, literals: literals))
        } catch {
            throw IntegrationError(error)
        }
    }

    private struct Bounded: TemplateExpression {
        let expression: Expression

        func evaluate(
            _ source: View, in arena: Arena, _ surroundings: TemplateSurroundings?
        ) throws(IntegrationError) -> View? {
            var builder = Builder(arena)
            do {
                guard
                    try expression.evaluate(
                        source, budget: ExpressionFuzzer.budget, host: ExpressionFuzzer.host, into: &builder)
                else { return nil }
            } catch {
                throw IntegrationError(error)
            }
            return arena.view(builder.finish())
        }
    }
}
