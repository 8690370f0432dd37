internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct FlowStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what a flow has done, and what is wrong with it.",
        discussion: """
            EXAMPLES:
              integration flow status orders
              integration flow status orders -o json
            """)

    @Argument(help: "The flow.")
    var name: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(.get, "/v1/flows/" + PercentCoding.encode(name))
        guard format.output == .table else { return try console.print(reply.document.json) }
        let (text, next) = reply.document.withRoot { (Self.text($0), Self.next($0)) }
        try console.print(text)
        console.say("\nNext: \(next)")
    }

    static func text(_ flow: View) -> String {
        var rows: [(String, String)] = [
            ("state", flow.text("state"))
        ]
        rows += (flow["degraded"]?.elements.compactMap(\.string) ?? []).map { ("  because", $0) }
        rows += [
            ("in", counted(flow, "received", rate: "in_per_second")),
            ("out", counted(flow, "sent", rate: "out_per_second")),
        ]
        for destination in flow["destinations"]?.elements.map({ $0 }) ?? [] {
            rows.append(("  → " + destination.text("name"), Figures.count(destination.integer("messages") ?? 0)))
        }
        for (name, title) in [
            ("dropped", "dropped by filters"), ("in_flight", "in hand"), ("parked", "waiting for another try"),
            ("retries", "tries put off"), ("lag", "waiting in its queues"), ("dead_letters", "dead letters"),
        ] {
            if let count = flow.integer(name), count > 0 || name == "dead_letters" {
                rows.append((title, Figures.count(count)))
            }
        }
        for reason in flow["reasons"]?.elements.map({ $0 }) ?? [] {
            let count = Figures.count(reason.integer("messages") ?? 0)
            rows.append(("  \(reason.text("step"))  \(reason.text("code"))", "\(count)   \(reason.text("reason"))"))
        }
        if let p50 = flow.integer("p50_microseconds") {
            let p99 = FlowListCommand.time(flow.integer("p99_microseconds"))
            rows.append(("p50, p99", "\(FlowListCommand.time(p50)), \(p99) from receipt to settlement"))
        }
        var text = flow.text("name") + "\n" + TitledRows.text(rows, indent: "  ")
        if let error = flow["error"], error.kind == .object { text += "\n" + error.errorLines }
        return text
    }

    private static func counted(_ flow: View, _ name: String, rate: String) -> String {
        let count = Figures.count(flow.integer(name) ?? 0)
        return flow.number(rate).map { "\(count)   \(FlowListCommand.rate($0))/s" } ?? count
    }

    private static func next(_ flow: View) -> String {
        let name = ShellWord.quoted(flow.text("name"))
        let logs = "integration flow logs \(name)"
        switch flow.text("state") {
        case "paused": return "integration flow resume \(name)   |   \(logs)"
        case "running" where (flow.integer("dead_letters") ?? 0) > 0:
            return "integration dlq list --flow \(name)   |   \(logs)"
        case "running", "draining", "degraded": return logs
        default: return "integration flow start \(name)   |   \(logs)"
        }
    }
}
