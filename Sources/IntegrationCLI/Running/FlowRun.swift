internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// One run of an engine, from its start until it has drained.
struct FlowRun {
    let plan: EnginePlan
    let mode: Engine.Mode
    let level: Logger.Level
    let line: StatusLine
    let clock: any TimeSource = SystemClock()

    /// What is left when everything is closed.
    struct Outcome {
        var snapshots: [FlowSnapshot]
        var elapsed: Duration
        var memoryDeadLetters: [DeadLetter] = []
        /// What stopped the whole: something could not be opened or built.
        var error: IntegrationError?
    }

    func run() async -> Outcome {
        let logger = Logger(label: "integration") { _ in HumanLogHandler(line, level: level) }
        let engine = plan.engine(logger: logger, clock: clock, processors: SystemClock.processors, mode: mode)
        let start = clock.now
        let group = ServiceGroup(configuration: configuration(engine, logger))
        var stopped: IntegrationError?
        do {
            try await Interrupts.watched(engine, line, grace: plan.grace) { try await group.run() }
        } catch let error as IntegrationError {
            stopped = error
        } catch is CancellationError {
            logger.warning("flows were cut off before they had drained")
        } catch {
            stopped = IntegrationError(.stepFailed, "\(error)")
        }
        line.end()
        return Outcome(
            snapshots: engine.snapshots, elapsed: clock.now - start,
            memoryDeadLetters: engine.memoryDeadLetters.letters, error: stopped)
    }

    /// The last service stops first.
    private func configuration(_ engine: Engine, _ logger: Logger) -> ServiceGroupConfiguration {
        typealias Member = ServiceGroupConfiguration.ServiceConfiguration
        var members: [Member] = []
        if line.isShown {
            let progress = Progress(engine: engine, line: line, clock: clock)
            members.append(Member(service: progress, successTerminationBehavior: .ignore))
        }
        members.append(
            Member(
                service: engine, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup))
        var quiet = logger
        // Its own words are about services, which mean nothing here.
        quiet.logLevel = .warning
        var configuration = ServiceGroupConfiguration(
            services: members, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = plan.grace
        return configuration
    }
}
