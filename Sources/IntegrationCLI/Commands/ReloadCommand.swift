internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationEngine

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Makes a running engine read its configuration again.",
        discussion: """
            EXAMPLES:
              integration reload
              integration reload --config prod.yaml

            It is a transaction: everything is checked and built, flows that have changed are drained and replaced, all \
            others run on untouched. With any mistake nothing changes.
            """)

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(.post, "/v1/reload")
        var report = Engine.ReloadReport()
        report.added = reply.texts("added")
        report.replaced = reply.texts("replaced")
        report.removed = reply.texts("removed")
        report.kept = reply.texts("kept")
        console.say("reloaded: " + SavedFiles.text(report))
        console.say("\nNext: integration flow list")
    }
}
