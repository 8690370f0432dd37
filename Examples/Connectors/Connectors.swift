import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging
import TableConnector

// Destinations and services under names, one of them of our own making; flows in Swift and in YAML name them alike.

/// A connector of our own: prints each message, and is done when it has.
struct PrintDestination: Destination {
    struct Printer: Sender {
        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
            for message in batch.messages {
                var body = OutputBuffer()
                message.writeBody(in: batch.arena, to: &body)
                body.withBytes { print("  sent: " + String(decoding: $0, as: UTF8.self)) }
            }
            return .accepted
        }
    }

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(Printer())
    }
}

@main
struct Connectors {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("in.ndjson", #"{"sku": "x"}"# + "\n")
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)
            try await integration.configureConnectors(
                destinations: [
                    "printer": PrintDestination(),
                    "shelf": FileDestination(path: place.path("shelf.ndjson")),
                ],
                services: ["inventory": TableLookup(.inline(#"{"x": {"stock": 12}}"#), key: "sku")])

            do throws(IntegrationError) {
                try await integration.configureConnectors(destinations: ["shelf": PrintDestination()])
            } catch {
                print("refused: \(error.message)")
            }

            let inSwift = Flow("in-swift") {
                FileSource(path: place.path("in.ndjson"), codec: NDJSONCodec())
                EnrichStep("enrich", service: "inventory", lookupField: "sku")
                RouteStep("route", routes: [.init("stock > 10", to: "printer")], otherwise: .send(to: "shelf"))
            }
            try await integration.createFlow(inSwift)
            print("in Swift")
            try await integration.run()
            try await integration.deleteFlow("in-swift")

            try await integration.createFlows(
                .yaml(
                    """
                    flows:
                      in-yaml:
                        source: {type: file, path: \(place.path("in.ndjson"))}
                        steps:
                          - {name: enrich, type: enrich, config: {service: inventory, lookup_field: sku}}
                        destination: printer
                    """))
            print("in YAML")
            try await integration.run()
        }
    }
}
