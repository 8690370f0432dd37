internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct ServiceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows a service's endpoints and how each of them is.",
        discussion: """
            EXAMPLES:
              integration service status customer-service
              integration service status customer-service -o json

            An endpoint is up, unhealthy (its checks fail), ejected (its calls kept failing; it is tried again soon), \
            draining (it finishes what it has in hand and goes), broken (it can't be opened), out (taken out by hand), \
            opening, or idle (no flow has the service open).
            """)

    @Argument(help: "The service.")
    var name: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(.get, "/v1/services/" + PercentCoding.encode(name))
        switch format.output {
        case .json: return try console.print(reply.document.json)
        case .jsonl:
            return try console.print(try Self.listing.text([reply], "endpoints", .jsonl, console.output.style))
        case .table: break
        }
        let head = reply.document.withRoot { Self.head($0) }
        try console.print(head + "\n" + Self.listing.text([reply], "endpoints", .table, console.output.style))
        let name = ShellWord.quoted(name)
        console.say(
            "\nNext: integration service register \(name) URL   |   integration service deregister \(name) ENDPOINT")
    }

    private static var listing: Listing {
        Listing(columns: [
            .init("ENDPOINT") { $0.text("name") },
            .init("STATE") { $0.text("state") },
            .init("WEIGHT", .right) { Figures.count($0.integer("weight") ?? 1) },
            .init("IN HAND", .right) { Figures.count($0.integer("in_hand") ?? 0) },
            .init("CALLS", .right) { Figures.count($0.integer("calls") ?? 0) },
            .init("FAILED", .right) { Figures.count($0.integer("failures") ?? 0) },
            .init("NOTE") { Self.note($0) },
        ])
    }

    private static func note(_ endpoint: View) -> String {
        var notes: [String] = []
        let (name, url) = (endpoint.text("name"), endpoint.text("url"))
        if name != url { notes.append(url) }
        if endpoint["registered"]?.bool == true { notes.append("registered") }
        if let seconds = endpoint.number("ejected_seconds") {
            notes.append("asked again in \(Figures.age(seconds: seconds.rounded(.up)))")
        }
        if let error = endpoint["error"], error.kind == .object {
            notes.append("last failure: \(error.text("message")) [\(error.text("code"))]")
        }
        return notes.joined(separator: ", ")
    }

    private static func head(_ service: View) -> String {
        var parts = [service.text("type")]
        if let balancing = service["load_balancing"]?.string { parts.append(balancing) }
        if let discovery = service["discovery"]?.string { parts.append("found by \(discovery)") }
        if service["open"]?.bool != true { parts.append("no flow has it open") }
        var text = "\(service.text("name"))  \(parts.joined(separator: ", "))\n"
        if let cache = service["cache"], cache.kind == .object {
            text += "cache  \(Figures.count(cache.integer("entries") ?? 0, "answer"))"
            text += " of \(Figures.count(cache.integer("bytes") ?? 0, "byte"))"
            text += ", \(ServiceListCommand.cached(service)) of the keys"
            if let stale = cache.integer("stale"), stale > 0 { text += ", \(Figures.count(stale)) of them stale" }
            text += "\n"
        }
        return text
    }
}
