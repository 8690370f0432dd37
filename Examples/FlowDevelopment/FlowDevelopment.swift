import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging

// One flow three times: by result builder, in the chained form, in YAML. Then created, started and stopped at run time.

let schema = #"{"required": ["id"], "properties": {"id": {"type": "integer"}}}"#

@main
struct FlowDevelopment {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", #"{"orderId": 1, "total": 10.50}"# + "\n" + #"{"orderId": 2}"# + "\n")
            let source = FileSource(path: place.path("orders.ndjson"), codec: NDJSONCodec())

            let built = Flow("built") {
                source
                TransformStep("transform", mapping: ["id": "$.orderId", "total": "$.total"])
                ValidateStep("validate", schema: schema)
                FileDestination(path: place.path("built.ndjson"))
            }
            let chained = Flow("chained")
                .withSource(source)
                .addStep(TransformStep("transform", mapping: ["id": "$.orderId", "total": "$.total"]))
                .addStep(ValidateStep("validate", schema: schema))
                .withDestination(FileDestination(path: place.path("chained.ndjson")))
            let yaml = """
                templates: {order: {mapping: {id: $.orderId, total: $.total}}}
                schemas: {order: {schema: \(schema)}}
                flows:
                  yaml:
                    source: {type: file, path: \(place.path("orders.ndjson"))}
                    steps: [{transform: order}, {validate: order}]
                    destination: {type: file, path: \(place.path("yaml.ndjson"))}
                """

            let integration = try Integration(configuration: .yaml(yaml), logger: Logger(label: "example"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await integration.run() }
                try await integration.createFlow(built)
                try await integration.createFlow(chained)
                for name in ["yaml", "built", "chained"] {
                    try await wait(for: 2, in: "\(name).ndjson", at: place)
                }
                try await integration.stopFlow("built")
                do throws(IntegrationError) {
                    try await integration.startFlow("other")
                } catch {
                    print("refused: \(error.message)")
                }
                integration.stop()
                try await group.waitForAll()
            }

            for name in ["yaml", "built", "chained"] {
                let status = try await integration.getFlowStatus(name)
                print("\(name): \(status.received) in, \(status.sent) out")
            }
            try place.show("chained.ndjson")
            print("the same from YAML: \(try place.lines("chained.ndjson") == place.lines("yaml.ndjson"))")
            print(
                "the same from the result builder: \(try place.lines("chained.ndjson") == place.lines("built.ndjson"))")
        }
    }

    /// Waits until a flow has written so many lines.
    static func wait(for count: Int, in file: String, at place: Workplace) async throws {
        while try place.lines(file).count < count { try await SystemClock().sleep(for: .milliseconds(5)) }
    }
}
