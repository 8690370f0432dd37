internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

/// Which dead letters a command means.
struct DeadLetterChoice: ParsableArguments {
    @Option(help: "Only those of this flow.")
    var flow: String?

    @Option(help: "Only those with this error code.")
    var code: String?

    @Option(help: "Only those that this step, source or destination refused.")
    var step: String?

    @Option(help: "Only those of this dead-letter queue.")
    var queue: String?

    @Option(help: "Only those of this message.")
    var message: String?

    @Option(help: "Only those that failed so long ago or later, such as 2h.")
    var since: String?

    @Option(
        name: .customLong("where"),
        help: "A JSONata condition on the body, such as 'total > 100'; $letter has code, step, flow, attempts and more."
    )
    var condition: String?

    func validate() throws {
        if since != nil, age == nil { throw ValidationError("--since takes a time such as 30m, 2h or 3d.") }
    }

    private var age: Duration? { since.flatMap { Duration(configuration: $0) } }

    /// Whether anything is chosen at all.
    var isEmpty: Bool {
        flow == nil && code == nil && step == nil && queue == nil && message == nil && since == nil && condition == nil
    }

    /// As the API takes it.
    ///
    /// - Parameter clock: what `--since` counts back from.
    func query(_ clock: any TimeSource = SystemClock()) -> [(String, String?)] {
        [
            ("flow", flow), ("code", code), ("step", step), ("queue", queue), ("message", message),
            ("since", age.map { "\((clock.wallTime - $0).milliseconds)" }), ("where", condition),
        ]
    }

    /// As it stands on the command line.
    var words: String {
        let options: [(String, String?)] = [
            ("--flow", flow), ("--code", code), ("--step", step), ("--queue", queue), ("--message", message),
            ("--since", since), ("--where", condition),
        ]
        return options.compactMap { name, value in value.map { " \(name) \(ShellWord.quoted($0))" } }.joined()
    }
}

/// A dead letter as commands that work on many of them know it.
struct ChosenLetter {
    var id: String
    var flow: String
    var step: String
    var code: String
    var reason: String

    init(_ view: View) {
        id = view.text("id")
        flow = view.text("flow")
        step = view.text("step")
        code = view.text("code")
        reason = view.text("reason")
    }
}

extension DeadLetterChoice {
    /// Every dead letter that is meant, newest first: those with these ids, or those that the options choose.
    ///
    /// - Parameter ids: ids or their beginnings.
    /// - Throws: with exit status 64 where neither names anything and `all` is not given.
    func letters(_ ids: [String], all: Bool, _ link: any EngineLink) async throws -> [ChosenLetter] {
        if !ids.isEmpty {
            guard isEmpty, !all else {
                throw CommandFailure(
                    .usage, IntegrationError(.choiceMissing, "ids and options that choose can't be used together"))
            }
            var letters: [ChosenLetter] = []
            for id in ids {
                let reply = try await link.ask(.get, "/v1/dead-letters/" + id)
                letters.append(reply.document.withRoot { ChosenLetter($0) })
            }
            return letters
        }
        guard !isEmpty || all else {
            throw CommandFailure(
                .usage, IntegrationError(.choiceMissing, "it is not said which dead letters are meant"))
        }
        var letters: [ChosenLetter] = []
        _ = try await Pages(link: link, path: "/v1/dead-letters", query: query(), limit: .max).forEach { reply in
            letters += try reply.items { ChosenLetter($0) }
        }
        return letters
    }
}
