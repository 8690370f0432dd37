internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationServer

struct ServiceRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Adds an endpoint to a service, or brings back one that was deregistered.",
        discussion: """
            EXAMPLES:
              integration service register customer-service https://c3.example.com
              integration service register customer-service https://c3.example.com --name c3 --weight 2
              integration service register customer-service https://c3.example.com --no-persist

            It gets requests at once. With `storage:` in the configuration it is kept for the next runs.
            """)

    @Argument(help: "The service.")
    var service: String

    @Argument(help: "Where the endpoint is.")
    var url: String

    @Option(help: "What it is called; its address when left out.")
    var name: String?

    @Option(help: "Its share of the requests.")
    var weight = 1

    @Flag(inversion: .prefixedNo, help: "Keeps it for the next runs.")
    var persist = true

    @OptionGroup var options: EngineOptions

    func validate() throws {
        guard (1...1000).contains(weight) else { throw ValidationError("--weight must be from 1 to 1000.") }
    }

    func run() async throws {
        let console = Console.process
        var entries: [(String, ConfigurationNode)] = [
            ("url", .string(url)), ("weight", .plain("\(weight)")), ("persist", .plain("\(persist)")),
        ]
        if let name { entries.append(("as", .string(name))) }
        let reply = try await options.engine().ask(
            .post, "/v1/services/\(PercentCoding.encode(service))/endpoints",
            body: Array(ConfigurationNode.mapping(entries).json.utf8))
        EndpointChange(reply, service, wasAsked: persist).say(console)
    }
}

struct ServiceDeregisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deregister", abstract: "Takes an endpoint out: requests in hand are finished first.",
        discussion: """
            EXAMPLES:
              integration service deregister customer-service https://c1.example.com
              integration service deregister customer-service c3 --no-persist

            One that the configuration names stays out until `service register` brings it back.
            """)

    @Argument(help: "The service.")
    var service: String

    @Argument(help: "The endpoint, as `service status` calls it.")
    var endpoint: String

    @Flag(inversion: .prefixedNo, help: "Leaves it out of the next runs as well.")
    var persist = true

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let reply = try await options.engine().ask(
            .delete,
            "/v1/services/\(PercentCoding.encode(service))/endpoints/\(PercentCoding.encode(endpoint))",
            query: [("persist", "\(persist)")])
        EndpointChange(reply, service, wasAsked: persist).say(Console.process)
    }
}

/// What was done to an endpoint, in words.
private struct EndpointChange {
    let reply: Reply
    let service: String
    /// Whether it was to be kept.
    let wasAsked: Bool

    init(_ reply: Reply, _ service: String, wasAsked: Bool) {
        self.reply = reply
        self.service = service
        self.wasAsked = wasAsked
    }

    func say(_ console: Console) {
        var line = "\(reply.text("endpoint") ?? "") of \(service) is \(reply.text("state") ?? "")"
        if let remark = reply.text("remark") { line += "; \(remark)" }
        if !reply.bool("kept") {
            line +=
                "; the next run does not know of it" + (wasAsked ? ", as there is no `storage:` to remember it" : "")
        }
        console.say(line)
        console.say("\nNext: integration service status \(ShellWord.quoted(service))")
    }
}
