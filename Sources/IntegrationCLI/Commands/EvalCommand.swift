internal import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluates an expression, a template or a schema on a document.",
        discussion: """
            EXAMPLES:
              integration eval jsonpath '$.items[?@.price > 100].sku' -i order.json
              cat order.json | integration eval jsonpath '$..id' --locations
            """,
        subcommands: [EvalJSONPathCommand.self])
}
