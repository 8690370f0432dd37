internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Shows the services that flows ask, and adds and removes their endpoints.",
        discussion: """
            EXAMPLES:
              integration service list
              integration service status customer-service
              integration service register customer-service https://c3.example.com
              integration service deregister customer-service https://c1.example.com
            """,
        subcommands: [
            ServiceListCommand.self, ServiceStatusCommand.self, ServiceRegisterCommand.self,
            ServiceDeregisterCommand.self,
        ])
}

struct ServiceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the services and how they are.",
        discussion: """
            EXAMPLES:
              integration service list
              integration service list -o jsonl

            UP are the endpoints that get calls, of all that the service has. FAILOVERS are requests that were made again \
            at another endpoint, CACHED the keys that were answered without a request of their own. Counts begin when a \
            flow opens the service.
            """)

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(.get, "/v1/services")
        let listing = Listing(columns: [
            .init("SERVICE") { $0.text("name") },
            .init("TYPE") { $0.text("type") },
            .init("BALANCING") { $0["load_balancing"]?.string ?? "-" },
            .init("UP", .right) { view in
                let count = view["endpoints"]?.elements.count { _ in true } ?? 0
                if count == 0 { return "-" }
                return view["open"]?.bool == true ? "\(view.integer("up") ?? 0)/\(count)" : "-/\(count)"
            },
            .init("CALLS", .right) { Figures.count($0.integer("calls") ?? 0) },
            .init("FAILED", .right) { Figures.count($0.integer("failures") ?? 0) },
            .init("FAILOVERS", .right) { Figures.count($0.integer("failovers") ?? 0) },
            .init("CACHED", .right) { Self.cached($0) },
        ])
        try console.print(try listing.text([reply], "items", format.output, console.output.style))
        if format.output == .table { console.say("\nNext: integration service status NAME") }
    }

    /// `93.1 %` of the keys; `-` without a cache.
    static func cached(_ service: View) -> String {
        guard let cache = service["cache"], let hits = cache.integer("hits"), let misses = cache.integer("misses"),
            hits + misses > 0
        else { return "-" }
        return "\((Double(hits) * 1000 / Double(hits + misses)).rounded() / 10) %"
    }
}
