import ExampleSupport
import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTransforms
import Logging

// A plugin as a value: manifest, dependencies, services and hooks.

@main
struct PluginManagement {
    static func main() async throws {
        try await Workplace.with { place in
            try place.write("orders.ndjson", #"{"id": 1, "total": 20}"# + "\n" + #"{"id": 2, "total": 3000}"# + "\n")
            let integration = Integration(logger: Logger(label: "example"), mode: .untilIdle)

            let plugin = Plugin(
                "archive", version: "1.0.0",
                manifest: PluginManifest(
                    description: "Keeps what was done", author: "Integration", license: "Apache-2.0",
                    dependencies: [.init("storage", "^0.8")]),
                services: [PluginService("archive", FileDestination(path: place.path("archive.ndjson")))],
                hooks: [
                    Hook(.preStartup) { context in print("pre_startup of \(context.plugin)") },
                    Hook(.postShutdown, timeout: .seconds(5)) { context in print("post_shutdown of \(context.plugin)")
                    },
                ])

            do throws(IntegrationError) {
                try await integration.registerPlugin(plugin)
            } catch {
                print(error)
            }
            try await integration.registerPlugin(Plugin("storage", version: "0.8.3"))
            try await integration.registerPlugin(plugin)
            for plugin in await integration.listPlugins() { print("registered: \(plugin.name) \(plugin.version)") }

            let flow = Flow("orders") {
                FileSource(path: place.path("orders.ndjson"), codec: NDJSONCodec())
                RouteStep("route", routes: [.init("total >= 1000", to: "archive")], otherwise: .drop)
            }
            try await integration.createFlow(flow)
            do throws(IntegrationError) {
                try await integration.unregisterPlugin("archive")
            } catch {
                print("refused: \(error.message)")
            }

            try await integration.run()
            try place.show("archive.ndjson")

            try await integration.deleteFlow("orders")
            try await integration.unregisterPlugin("archive")
            print("left: \(await integration.listPlugins().map(\.name))")
        }
    }
}
