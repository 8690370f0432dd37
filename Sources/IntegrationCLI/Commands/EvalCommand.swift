internal import ArgumentParser
internal import Glibc

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Tries an expression, a template, a schema or a patch.",
        discussion: """
            EXAMPLES:
              integration eval jsonpath '$.items[?@.price > 100].sku' -i order.json
              cat order.json | integration eval jsonpath '$..id' --locations
              integration eval jsonata 'total >= 1000' -i order.json
              integration eval template '{id: $.orderId}' -i order.json
              integration eval schema order.schema.json -i order.json
              integration eval json-patch '[{op: remove, path: /draft}]' -i order.json
              integration eval merge-patch '{status: closed, draft: null}' -i order.json
              echo '{"language":"jsonata","expression":"a + 1","input":{"a":1}}' | integration eval --batch

            With --batch other programs use the languages: one JSON request a line on standard input, one answer a \
            line on standard output, in order, written out when the input pauses. An error is an answer \
            ({"error":{"code","message","position"}}) and ends nothing.

              {"language":"jsonata","expression":E,"input":V,"bindings":{…},"timelimit":MS,"depth":N}
                -> {"result":V} or {"undefined":true}
              {"language":"jsonpath","expression":E,"input":V}     -> {"result":[…],"paths":[…]}
              {"language":"template","mapping":{…},"input":V}      -> {"result":V}
              {"language":"json_schema","schema":S,"input":V,"draft":"2020-12","formats":true,"resources":{URI:S}}
                -> {"valid":true} or {"valid":false,"errors":[{"instance","schema","message"}]}
              {"language":"json_patch","patch":[…],"input":V}      -> {"result":V}   (RFC 6902)
              {"language":"merge_patch","patch":V,"input":V}       -> {"result":V}   (RFC 7396)
              {"language":"json","operation":"parse","input_base64":B}      -> {"result":V}
              {"language":"json","operation":"canonical","input_base64":B}  -> {"result_base64":B}   (RFC 8785)
              {"language":"yaml","input_base64":B}                          -> {"result":V}
            """,
        subcommands: [
            EvalJSONPathCommand.self, EvalJSONataCommand.self, EvalTemplateCommand.self, EvalSchemaCommand.self,
            EvalJSONPatchCommand.self, EvalMergePatchCommand.self,
        ])

    @Flag(help: "Answers JSON requests, one a line, from standard input.")
    var batch = false

    func run() throws {
        guard batch else { throw CleanExit.helpRequest(self) }
        signal(SIGPIPE, SIG_IGN)
        var loop = BatchLoop(input: STDIN_FILENO, output: STDOUT_FILENO)
        try loop.run()
    }
}
