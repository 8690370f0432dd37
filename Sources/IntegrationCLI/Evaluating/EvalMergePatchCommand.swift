internal import ArgumentParser

struct EvalMergePatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge-patch", abstract: "Changes a document by a JSON Merge Patch (RFC 7396).",
        discussion: """
            EXAMPLES:
              integration eval merge-patch '{status: closed, draft: null}' -i order.json
              integration eval merge-patch changes.json -i order.json
            """)

    @Argument(help: "The patch as YAML or JSON, or the path of a file that holds it.")
    var patch: String

    @OptionGroup var input: InputOptions

    func run() throws {
        let patch = try InlineText(patch)
        try Console.process.print(try PatchEvaluation.merge.result(of: patch, on: try input.document()))
    }
}
