import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationServices
import IntegrationTransforms
import Logging
import TableConnector

// A service with two endpoints, asked in turn; then one of them goes.

@main
struct ServiceMeshExample {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", (1...4).map { #"{"n": \#($0), "customer": "c1"}"# + "\n" }.joined())
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)
            let mesh = integration.mesh
            mesh.configureIntegration(serviceDiscovery: true, loadBalancing: .roundRobin)
            for name in ["a", "b"] {
                try await mesh.register(
                    "customer-service", endpoint: name,
                    TableLookup(.inline(#"[{"customer": "c1", "answeredBy": "\#(name)"}]"#), key: "customer"))
            }
            print("endpoints: \(mesh.endpoints(of: "customer-service"))")

            var flow = Flow("orders") {
                // A batch asks once: with batches of one, each message asks the next endpoint.
                FileSource(path: place.path("orders.ndjson"), codec: NDJSONCodec(), batchSize: 1)
                EnrichStep("enrich", service: "customer-service", lookupField: "customer")
                FileDestination(path: place.path("out.ndjson"))
                Ordering.source
            }
            try await integration.createFlow(flow)
            try await integration.run()
            try place.show("out.ndjson")

            try await mesh.deregister("customer-service", endpoint: "a")
            try await integration.deleteFlow("orders")
            flow = flow.withDestination(FileDestination(path: place.path("later.ndjson")))
            try await integration.createFlow(flow)
            try await integration.run()
            try place.show("later.ndjson")
        }
    }
}
