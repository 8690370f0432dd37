internal import ArgumentParser
internal import Glibc
internal import IntegrationCore

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a folder with a small configuration that runs as it is.",
        discussion: """
            EXAMPLES:
              integration init                here, where nothing of that name is yet
              integration init my-flows

            It makes integration.yaml, a schema, a table, sample orders and a test of what must come out of them, and \
            overwrites nothing.
            """)

    @Argument(help: "The folder; made where it is missing.")
    var folder = "."

    func run() throws {
        let console = Console.process
        let made = try StarterFiles.write(to: folder)
        for path in made { console.say("made \(path)") }
        let enter = folder == "." ? "" : "cd \(ShellWord.quoted(folder)) && "
        console.say(
            "\nNext: \(enter)integration run --until-idle   |   \(enter)sh tests/orders.sh   |   \(enter)integration dev"
        )
    }
}
