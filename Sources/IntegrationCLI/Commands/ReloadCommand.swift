internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationServer

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
        let report = Engine.ReloadReport(
            added: reply.texts("added"), replaced: reply.texts("replaced"), removed: reply.texts("removed"),
            kept: reply.texts("kept"))
        console.say("reloaded: " + SavedFiles.text(report))
        console.say("\nNext: integration flow list")
    }
}
