internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct FlowListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the flows with their state, rates and errors.",
        discussion: """
            EXAMPLES:
              integration flow list
              integration flow list -o jsonl
              integration flow list --config prod.yaml

            IN/S and OUT/S are of the last ten seconds. ERR% is dead letters of all that is settled. P50 and P99 are \
            from receipt to settlement. LAG is what waits in queues that the flow keeps for itself.
            """)

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(.get, "/v1/flows")
        try console.print(try Self.text(reply, format.output, console.output.style))
        if format.output == .table {
            console.say("\nNext: integration flow status NAME   |   integration flow logs NAME")
        }
    }

    static func text(_ reply: Reply, _ format: OutputFormat, _ style: Style) throws(IntegrationError) -> String {
        try Listing(columns: [
            .init("FLOW") { $0.text("name") },
            .init("STATE") { $0.text("state") },
            .init("IN/S", .right) { rate($0.number("in_per_second")) },
            .init("OUT/S", .right) { rate($0.number("out_per_second")) },
            .init("ERR%", .right) { percent($0.number("error_percent")) },
            .init("P50", .right) { time($0.integer("p50_microseconds")) },
            .init("P99", .right) { time($0.integer("p99_microseconds")) },
            .init("LAG", .right) { $0.integer("lag").map { Figures.count($0) } ?? "-" },
            .init("DLQ", .right) { $0.integer("dead_letters").map { Figures.count($0) } ?? "-" },
            .init("") { remark($0) },
        ]).text([reply], "items", format, style)
    }

    static func rate(_ rate: Double?) -> String {
        guard let rate else { return "-" }
        return rate > 0 && rate < 10 ? "\((rate * 10).rounded() / 10)" : Figures.count(Int(rate.rounded()))
    }

    static func percent(_ percent: Double?) -> String {
        guard let percent else { return "-" }
        let hundredths = Int((percent * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    static func time(_ microseconds: Int?) -> String {
        microseconds.map { Figures.time(microseconds: UInt64($0)) } ?? "-"
    }

    private static func remark(_ flow: View) -> String {
        if let error = flow["error"], error.kind == .object {
            return "\(error.text("code")) \(error.text("message"))"
        }
        if let trouble = flow["degraded"]?.elements.compactMap(\.string).first { return trouble }
        let parked = flow.integer("parked") ?? 0
        return parked > 0 ? "\(Figures.count(parked)) waiting for another try" : ""
    }
}
