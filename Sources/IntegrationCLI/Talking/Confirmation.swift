internal import ArgumentParser
internal import Glibc
internal import IntegrationCore

/// Asks before something is removed.
struct ConfirmationOptions: ParsableArguments {
    @Flag(name: [.long, .short], help: "Goes ahead without asking.")
    var yes = false

    /// - Throws: with exit status 64 where the answer is no, or there is nobody to ask.
    func confirm(_ question: String, _ console: Console) throws(CommandFailure) {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1, console.words.isTerminal else {
            throw CommandFailure(.usage, IntegrationError(.notConfirmed, "\(question) There is no terminal to ask on"))
        }
        _ = console.words.write("\(question) [y/N] ")
        let answer = readLine() ?? ""
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw CommandFailure(
                .usage, IntegrationError(.notConfirmed, "the answer was `\(answer)`; nothing was changed"))
        }
    }
}
