/// Takes a probe's steps, and says of each how it went and how long it took.
public struct ProbeSteps: Sendable {
    public let clock: any TimeSource
    private let report: @Sendable (ProbeStep) -> Void

    public init(clock: any TimeSource, report: @escaping @Sendable (ProbeStep) -> Void) {
        self.clock = clock
        self.report = report
    }

    public func say(_ name: ProbeStep.Name, _ outcome: ProbeStep.Outcome, since started: Duration) {
        report(ProbeStep(name, outcome, time: clock.now - started))
    }

    /// Takes a step, and reports its failure.
    ///
    /// - Throws: what the step throws.
    @discardableResult
    public func take<R>(
        _ name: ProbeStep.Name,
        _ body: () async throws(IntegrationError) -> (R, ProbeStep.Outcome)
    ) async throws(IntegrationError) -> R {
        let started = clock.now
        do throws(IntegrationError) {
            let (result, outcome) = try await body()
            say(name, outcome, since: started)
            return result
        } catch {
            say(name, .failed(error), since: started)
            throw error
        }
    }

    /// What has to be there before the first step; its failure is the first step's.
    public func setUp<R>(_ body: () throws(IntegrationError) -> R) async throws(IntegrationError) -> R {
        do throws(IntegrationError) {
            return try body()
        } catch {
            say(.resolve, .failed(error), since: clock.now)
            throw error
        }
    }
}
