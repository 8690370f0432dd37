internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct ConnectorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connector", abstract: "Lists connectors, shows how they stand, and tests them.",
        discussion: """
            EXAMPLES:
              integration connector list
              integration connector status rest-api
              integration connector test rest-api
              integration connector test rest-api --config prod.yaml

            Where no engine runs, the configuration alone is read.
            """,
        subcommands: [ConnectorListCommand.self, ConnectorStatusCommand.self, ConnectorTestCommand.self])
}

struct ConnectorListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the connectors of the configuration.",
        discussion: """
            EXAMPLES:
              integration connector list
              integration connector list --config prod.yaml -o json

            CIRCUIT is closed while the other system answers; while it is open, flows that need it pause.
            """)

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.withConnectors { try await $0.ask(.get, "/v1/connectors") }
        func count(_ view: View, _ name: String) -> String { view.integer(name).map { Figures.count($0) } ?? "-" }
        let listing = Listing(columns: [
            .init("CONNECTOR") { $0.text("name") },
            .init("TYPE") { $0.text("type") },
            .init("CIRCUIT") { view in
                let circuit = view.text("circuit")
                guard let wait = view.number("next_try_seconds") else { return circuit.isEmpty ? "-" : circuit }
                return "\(circuit), next try in \(max(1, Int(wait.rounded(.up)))) s"
            },
            .init("IN FLIGHT", .right) { count($0, "in_flight") },
            .init("WAITING", .right) { count($0, "waiting") },
            .init("REQUESTS", .right) { count($0, "requests") },
            .init("FAILURES", .right) { count($0, "failures") },
            .init("USED BY") { $0["used_by"]?.elements.compactMap(\.string).joined(separator: ", ") ?? "" },
        ])
        try console.print(try listing.text([reply], "items", format.output, console.output.style))
        if format.output == .table { console.say("\nNext: integration connector test NAME") }
    }
}

struct ConnectorStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how a connector stands: circuit, limits, failures.",
        discussion: """
            EXAMPLES:
              integration connector status rest-api
              integration connector status rest-api -o json
            """)

    @Argument(help: "The connector.")
    var name: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.withConnectors {
            try await $0.ask(.get, "/v1/connectors/" + PercentCoding.encode(name))
        }
        guard format.output == .table else { return try console.print(reply.document.json) }
        try console.print(reply.document.withRoot { Self.text($0) })
        console.say("\nNext: integration connector test \(ShellWord.quoted(name))")
    }

    static func text(_ connector: View) -> String {
        let users = connector["used_by"]?.elements.compactMap(\.string) ?? []
        var rows: [(String, String)] = [
            ("type", connector.text("type")),
            ("used by", users.isEmpty ? "nobody" : users.joined(separator: ", ")),
        ]
        if connector["circuit"]?.string == nil {
            rows.append(("circuit", "no engine runs, or nothing has gone through it"))
        } else {
            let wait = connector.number("next_try_seconds").map { ", next try in \(max(1, Int($0.rounded(.up)))) s" }
            rows.append(("circuit", connector.text("circuit") + (wait ?? "")))
            let limit = Figures.count(connector.integer("limit") ?? 0)
            let kind = connector["adaptive"]?.bool == true ? " (adaptive)" : ""
            rows.append(("in flight", "\(Figures.count(connector.integer("in_flight") ?? 0)) of \(limit)\(kind)"))
            for (name, title) in [
                ("waiting", "waiting"), ("requests", "requests"), ("failures", "failures"), ("timeouts", "timeouts"),
                ("retries", "made again"), ("closed_off", "closed off"), ("turned_away", "turned away"),
            ] {
                if let count = connector.integer(name), count > 0 || name == "requests" {
                    rows.append((title, Figures.count(count)))
                }
            }
        }
        var text = connector.text("name") + "\n" + TitledRows.text(rows, indent: "  ")
        if let error = connector["last_error"], error.kind == .object {
            let age = connector.number("last_error_seconds").map { ", \(Figures.age(seconds: $0)) ago" } ?? ""
            text += "\nLast failure\(age):\n" + error.errorLines
        }
        return text
    }
}

extension View {
    /// An error of the API in its three lines.
    var errorLines: String {
        let causes = self["causes"]?.elements.compactMap(\.string) ?? []
        return "Error: \(text("title")) [\(text("code"))]\n"
            + "Cause: \(([text("message")] + causes).joined(separator: ": "))\n" + "Solution: \(text("solution"))\n"
    }
}
