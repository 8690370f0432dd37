internal import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Tries an expression, a template or a schema.",
        discussion: """
            EXAMPLES:
              integration eval jsonpath '$.items[?@.price > 100].sku' -i order.json
              cat order.json | integration eval jsonpath '$..id' --locations
              integration eval jsonata 'total >= 1000' -i order.json
              integration eval template '{id: $.orderId}' -i order.json
              integration eval schema order.schema.json -i order.json
            """,
        subcommands: [
            EvalJSONPathCommand.self, EvalJSONataCommand.self, EvalTemplateCommand.self, EvalSchemaCommand.self,
        ])
}
