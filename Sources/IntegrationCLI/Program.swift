internal import ArgumentParser
internal import Glibc
internal import IntegrationCore

/// Where the process begins and ends: one parse, one command, one exit status.
@main
enum Program {
    static func main() async {
        let status = await run(Array(CommandLine.arguments.dropFirst()), console: .process)
        exit(status.rawValue)
    }

    /// Runs the command that the arguments name and says what went wrong.
    static func run(_ arguments: [String], console: Console) async -> ExitStatus {
        do {
            if let unknown = UnknownCommand.find(in: arguments, of: IntegrationCommand.self) { throw unknown.failure }
            var command = try await IntegrationCommand.asyncParseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch let failure as CommandFailure {
            if let error = failure.error { console.say(console.words.style.error(error.description)) }
            return failure.status
        } catch let error as IntegrationError {
            console.say(console.words.style.error(error.description))
            return ExitStatus(error)
        } catch {
            return parserAnswer(error, console)
        }
    }

    /// Help, versions and usage mistakes come from the parser as errors.
    private static func parserAnswer(_ error: any Error, _ console: Console) -> ExitStatus {
        let text = IntegrationCommand.fullMessage(for: error)
        switch IntegrationCommand.exitCode(for: error) {
        case .success:
            do {
                try console.print(text)
                return .done
            } catch {
                console.say(console.words.style.error(error.description))
                return .failed
            }
        case .validationFailure:
            console.say(text)
            return .usage
        default:
            console.say(text)
            return .failed
        }
    }
}
