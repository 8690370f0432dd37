import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging

// Templates and schemas by name, for flows in Swift and in YAML; a template with a mistake is refused at once.

let order = """
    {"id": "A1", "customerId": "c1", "customerName": "Ada", "customerEmail": "ada@example.com", "total": 3194.0, \
    "status": "new", "orderItems": [{"productId": "p1", "quantity": 2, "price": 9.50, "weight": 1}]}

    """

@main
struct DataTransformation {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", order)
            try place.write("order.json", #"{"required": ["orderId", "status"]}"#)
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)

            do throws(IntegrationError) {
                try await integration.configureTransformers(Transformers().withTemplate("bad", ["id": "$.orders["]))
            } catch {
                print("refused: [\(error.code)] \(error.message)")
            }

            let transformers = try Transformers()
                .withTemplate(
                    "order-template",
                    [
                        "orderId": "$.id",
                        "customer": ["id": "$.customerId", "name": "$.customerName", "email": "$.customerEmail"],
                        "items": "$.orderItems[*].{id: productId, quantity: quantity, price: price}",
                        "total": "$.total",
                        "status": "$.status",
                    ]
                )
                .withSchema("order-schema", path: place.path("order.json"))
            try await integration.configureTransformers(transformers)

            let inSwift = Flow("in-swift") {
                FileSource(path: place.path("orders.ndjson"), codec: NDJSONCodec())
                TransformStep("transform", template: "order-template")
                ValidateStep("validate", named: "order-schema")
                FileDestination(path: place.path("swift.ndjson"))
            }
            try await integration.createFlow(inSwift)
            try await integration.createFlows(
                .yaml(
                    """
                    flows:
                      in-yaml:
                        source: {type: file, path: \(place.path("orders.ndjson"))}
                        steps: [{transform: order-template}, {validate: order-schema}]
                        destination: {type: file, path: \(place.path("yaml.ndjson"))}
                    """))
            try await integration.run()
            try place.show("swift.ndjson")
            print("the same from YAML: \(try place.lines("swift.ndjson") == place.lines("yaml.ndjson"))")
        }
    }
}
