internal import IntegrationEngine
internal import ServiceLifecycle

/// The engine as a service that says that it drains.
struct DrainingEngine: Service {
    let engine: Engine
    let line: StatusLine
    let grace: Duration

    /// How long after `grace` the process is ended whatever hangs.
    private static let patience: Int64 = 5

    func run() async throws {
        defer { Deadline.end() }
        try await withGracefulShutdownHandler {
            try await engine.run()
        } onGracefulShutdown: {
            let inHand = engine.snapshots.reduce(0) { $0 + $1.inFlight }
            line.say(
                "stopping: \(Figures.count(inHand, "message")) in hand, at most \(Figures.time(grace)); Ctrl-C again ends at once"
            )
            Deadline.begin(after: grace.components.seconds + Self.patience)
        }
    }
}
