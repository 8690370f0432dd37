internal import ArgumentParser
internal import IntegrationCore

/// A word that stands where a command is expected and names none.
struct UnknownCommand: Equatable {
    /// The commands before it, `integration` first.
    var parents: [String]
    var word: String
    /// What was probably meant.
    var suggestion: String?

    /// Nil where the arguments name a command as far as they go.
    static func find(in arguments: [String], of root: any ParsableCommand.Type) -> UnknownCommand? {
        var command = root
        var parents = [root.configuration.commandName ?? ""]
        for word in arguments {
            let known = command.configuration.allSubcommands
            // Whatever follows an option or a whole command is for the parser to judge.
            guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
            if word == "help", parents.count == 1 { return nil }
            guard let next = known.first(where: { $0.names.contains(word) }) else {
                let near = Suggestion.nearest(to: word, among: known.flatMap { $0.names })
                return UnknownCommand(parents: parents, word: word, suggestion: near)
            }
            command = next
            parents.append(word)
        }
        return nil
    }

    var failure: CommandFailure {
        let parent = parents.joined(separator: " ")
        let list = "`\(parent) --help` lists the commands."
        return CommandFailure(
            .usage,
            IntegrationError(
                .unknownCommand, "`\(parent)` has no command `\(word)`",
                remedy: suggestion.map { "Did you mean `\(parent) \($0)`? \(list)" } ?? list))
    }
}

extension CommandConfiguration {
    fileprivate var allSubcommands: [any ParsableCommand.Type] {
        subcommands + groupedSubcommands.flatMap { $0.subcommands }
    }
}

extension ParsableCommand {
    fileprivate static var names: [String] {
        [configuration.commandName ?? _commandName] + configuration.aliases
    }
}
