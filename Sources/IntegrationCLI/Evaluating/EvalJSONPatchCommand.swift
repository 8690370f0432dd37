internal import ArgumentParser

struct EvalJSONPatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json-patch", abstract: "Changes a document by a JSON Patch (RFC 6902).",
        discussion: """
            EXAMPLES:
              integration eval json-patch '[{op: replace, path: /status, value: closed}]' -i order.json
              integration eval json-patch changes.json -i order.json
            """)

    @Argument(help: "The operations as YAML or JSON, or the path of a file that holds them.")
    var patch: String

    @OptionGroup var input: InputOptions

    func run() throws {
        let patch = try InlineText(patch)
        try Console.process.print(try PatchEvaluation.json.result(of: patch, on: try input.document()))
    }
}
