internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

struct EvalJSONPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jsonpath", abstract: "Selects values with a JSONPath (RFC 9535).",
        discussion: """
            EXAMPLES:
              integration eval jsonpath '$.items[0].sku' -i order.json
              integration eval jsonpath '$..price' --locations < order.json

            Prints a JSON array of the values, or with --locations of their normalised paths.
            """)

    @Argument(help: "The path; $. may be left out.")
    var path: String

    @OptionGroup var input: InputOptions

    @Flag(name: [.long, .customLong("path")], help: "Prints where the values are instead of the values.")
    var locations = false

    func run() throws {
        let console = Console.process
        let compiled: JSONPath
        do {
            compiled = try JSONPath(bare: path)
        } catch {
            throw IntegrationError(
                .invalidPath, "\(error.message)\n" + Excerpt.text(path, offset: error.offset),
                path: "column \(error.column)")
        }
        try console.print(try Self.evaluate(compiled, on: try input.document(), locations: locations))
    }

    /// A JSON array of values or of normalised paths.
    static func evaluate(
        _ path: JSONPath, on document: Document, locations: Bool
    ) throws(IntegrationError) -> String {
        do {
            return try document.withRoot { (root) throws(JSONPathBudgetError) in
                var nodes = NodeList()
                try path.evaluate(root, into: &nodes)
                var out = OutputBuffer()
                out.append("[")
                for index in 0..<nodes.count {
                    if index > 0 { out.append(",") }
                    if locations {
                        let place = NormalizedPath.text(of: nodes[index], in: root) ?? "$"
                        out.append(ConfigurationNode.string(place).json)
                    } else {
                        out.append(View(nodes[index], root.bases))
                    }
                }
                out.append("]")
                return out.withBytes { String(decoding: $0, as: UTF8.self) }
            }
        } catch {
            throw IntegrationError(.pathBudgetExceeded, "\(error)")
        }
    }
}
