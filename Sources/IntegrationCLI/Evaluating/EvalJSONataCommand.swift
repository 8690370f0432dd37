internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

struct EvalJSONataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jsonata", abstract: "Evaluates a JSONata expression, as in conditions and mappings.",
        discussion: """
            EXAMPLES:
              integration eval jsonata '$sum(items.(price * quantity))' -i order.json
              integration eval jsonata 'total >= 1000' < order.json
              integration eval jsonata -i order.json          (asks for expressions, on a terminal)

            Prints the value as JSON; nothing where the expression has no value. Without an expression, on a terminal, it \
            reads expressions line by line; `$x := …` is remembered from line to line, and :help says more.
            """)

    @Argument(help: "The expression; on a terminal it may be left out.")
    var expression: String?

    @OptionGroup var input: InputOptions

    func run() throws {
        let console = Console.process
        guard let expression else {
            guard InteractiveEvaluation.isPossible else {
                throw ValidationError("Missing expected argument '<expression>'")
            }
            let document = try input.input.map { file throws(IntegrationError) in try InputOptions.document(file: file)
            }
            var evaluation = InteractiveEvaluation(input: document, console: console)
            return try evaluation.run()
        }
        let result = try Self.evaluate(expression, on: input)
        if let result {
            try console.print(result)
        } else {
            console.say("no value")
        }
    }

    /// The value as JSON; nil where there is none. The expression is compiled before the input is read.
    static func evaluate(_ text: String, on input: InputOptions) throws(IntegrationError) -> String? {
        let expression: Expression
        do {
            expression = try Expression.compile(text)
        } catch {
            throw IntegrationError(error)
        }
        return try evaluate(expression, on: try input.document())
    }

    static func evaluate(_ expression: Expression, on document: Document) throws(IntegrationError) -> String? {
        do {
            return try document.withRoot { (root) throws(ExpressionError) in
                var isPresent = false
                var failure: ExpressionError?
                let result = Document { builder in
                    do throws(ExpressionError) {
                        isPresent = try expression.evaluate(root, into: &builder)
                    } catch {
                        failure = error
                    }
                    if !isPresent { builder.append(.null) }
                }
                if let failure { throw failure }
                return isPresent ? result.json : nil
            }
        } catch {
            throw IntegrationError(error)
        }
    }
}
