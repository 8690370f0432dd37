internal import ArgumentParser

struct CompletionCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Prints the completion script of a shell.",
        discussion: """
            EXAMPLES:
              integration completion bash > ~/.local/share/bash-completion/completions/integration
              integration completion zsh > "${fpath[1]}/_integration"
              integration completion fish > ~/.config/fish/completions/integration.fish
            """)

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Console.process.print(IntegrationCommand.completionScript(for: shell))
    }
}
