import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging

// A plugin in the chained form, with a step type of its own for configurations, and a hook that fails.

@main
struct PluginDevelopment {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", #"{"total": 20}"# + "\n" + #"{"total": 3000}"# + "\n")
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)

            let plugin = Plugin("orders", version: "1.2.0")
                .withManifest(PluginManifest(description: "Words about orders", license: "Apache-2.0"))
                .withService("large-orders", FileDestination(path: place.path("large.ndjson")))
                .withTypes { catalog in
                    let table = FieldTable("large step", summary: "Keeps large orders.", fields: [])
                    catalog.register(step: "large", table) { configuration, _ in
                        FilterStep(configuration.name, keep: "total >= 1000")
                    }
                }
                .withHook(.startup) { context in print("startup of \(context.plugin)") }
                .withHook(.postShutdown) { context in print("post_shutdown of \(context.plugin)") }
            try await integration.registerPlugin(plugin)

            try await integration.createFlows(
                .yaml(
                    """
                    plugins:
                      orders: {version: ^1.1}
                    flows:
                      large:
                        source: {type: file, path: \(place.path("orders.ndjson"))}
                        steps: [{name: large, type: large}]
                        destination: large-orders
                    """))

            try await integration.registerPlugin(
                Plugin("broken").withHook(.startup, timeout: .milliseconds(20)) { context in
                    try await context.clock.sleep(for: .seconds(60))
                })
            do {
                try await integration.run()
            } catch {
                print(error)
            }

            try await integration.unregisterPlugin("broken")
            try await integration.run()
            try place.show("large.ndjson")
        }
    }
}
