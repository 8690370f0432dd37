import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationResilience
import IntegrationTransforms
import Logging
import TableConnector

// Order-sync: transform, validate, enrich, route; what fails for good becomes a dead letter.

let orders = """
    {"orderId": "A1", "customerId": "c1", "customerEmail": "ada@example.com", "orderItems": [{"sku": 7}], "orderTotal": 1500.0}
    {"orderId": "A2", "customerId": "c2", "customerEmail": "bob@example.com", "orderItems": [], "orderTotal": 99.90}
    {"orderId": "A3", "customerId": "c1", "customerEmail": "ada@example.com", "orderItems": [], "orderTotal": "many"}

    """

let orderSchema = """
    {"type": "object", "required": ["id", "customer", "total"],
     "properties": {"id": {"type": "string"}, "total": {"type": "number", "minimum": 0}}}
    """

@main
struct IntegrationFlow {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", orders)
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)

            let flow = Flow("order-sync", "Sync orders between systems") {
                FileSource(path: place.path("orders.ndjson"), codec: NDJSONCodec(), batchSize: 100)
                TransformStep(
                    "transform-order",
                    mapping: [
                        "id": "$.orderId",
                        "customer": ["id": "$.customerId", "email": "$.customerEmail"],
                        "items": "$.orderItems[*]",
                        "total": "$.orderTotal",
                    ])
                ValidateStep("validate-order", schema: orderSchema)
                EnrichStep("enrich-order", service: "customer-service", lookupField: "customer.id")
                RouteStep(
                    "route-order", field: "total",
                    routes: [
                        .init("total >= 1000", to: "high-value-orders"),
                        .init("total < 1000", to: "regular-orders"),
                    ])
                Using(
                    "customer-service",
                    TableLookup(.inline(#"[{"id": "c1", "tier": "gold"}, {"id": "c2", "tier": "basic"}]"#), key: "id"))
                To("high-value-orders", FileDestination(path: place.path("high-value-orders.ndjson")))
                To("regular-orders", FileDestination(path: place.path("regular-orders.ndjson")))
                ErrorHandling(
                    maximumAttempts: 3,
                    backoff: Backoff(
                        initial: .seconds(1), maximum: .seconds(60), growth: .exponential(multiplier: 2)))
            }
            try await integration.createFlow(flow)
            try await integration.run()

            try place.show("high-value-orders.ndjson")
            try place.show("regular-orders.ndjson")
            for letter in integration.deadLetters {
                print("dead: \(letter.step) [\(letter.error.code)] \(letter.error.message)")
            }
            let status = try await integration.getFlowStatus("order-sync")
            print(
                "\(status.flow) is \(status.state.word): \(status.received) in, \(status.sent) out, \(status.dead) dead"
            )
        }
    }
}
