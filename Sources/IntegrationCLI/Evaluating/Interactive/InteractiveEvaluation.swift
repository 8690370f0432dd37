internal import Glibc
internal import IntegrationCore
internal import IntegrationDocument

/// Reads expressions from a terminal and answers each.
struct InteractiveEvaluation {
    private let console: Console
    private var session: ExpressionSession

    /// Whether a person sits at both ends.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && Console.process.output.isTerminal }

    init(input: Document?, console: Console) {
        self.console = console
        session = ExpressionSession(input: input)
    }

    /// Returns when the person leaves.
    ///
    /// - Throws: `outputNotWritten`.
    mutating func run() throws(IntegrationError) {
        console.say("JSONata; :help says more, Ctrl-D ends")
        while true {
            try console.print(session.goesOn ? "… " : "> ", endsLine: false)
            guard let line = readLine() else {
                try console.print("")
                return
            }
            switch session.take(line) {
            case .value(let text): try console.print(text)
            case .words(let text): if !text.isEmpty { console.say(text) }
            case .failed(let text): console.say(console.words.style.error(text))
            case .unfinished: continue
            case .end: return
            }
        }
    }
}
