public import IntegrationCore

/// A step that may work on a batch only so long (`timeout`), and on so many batches at once (`concurrency`).
///
/// Only steps that wait for something else can be limited; a synchronous one runs as it is. The wait for a turn does
/// not count as time in the step. A step whose time is up is cancelled, and its batch fails whole when it has ended.
public struct LimitedStep: StepDefinition {
    public let step: any StepDefinition
    public let timeout: Duration?
    public let concurrency: Int?

    /// - Parameters:
    ///   - timeout: how long it may work on one batch.
    ///   - concurrency: how many batches may be in it at once, over all lanes of the flow.
    public init(_ step: any StepDefinition, timeout: Duration? = nil, concurrency: Int? = nil) {
        self.step = step
        self.timeout = timeout
        self.concurrency = concurrency
    }

    public var name: String { step.name }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        let built = try step.makeStep(build)
        guard case .asynchronous(let inner) = built else { return built }
        return .asynchronous(
            LimitedWork(name: name, step: inner, timeout: timeout, turns: concurrency.map { Turns($0) }))
    }
}

/// A limited step at work.
private struct LimitedWork: AsyncStep {
    let name: String
    let step: any AsyncStep
    let timeout: Duration?
    let turns: Turns?

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        guard let turns else { return try await work(&batch, context) }
        guard await turns.take() else {
            throw IntegrationError(.stepTimedOut, "cut off while it waited for its turn", component: name)
        }
        defer { turns.give() }
        try await work(&batch, context)
    }

    private func work(_ batch: inout Batch, _ context: FlowContext) async throws(IntegrationError) {
        guard let timeout else { return try await step.process(&batch, in: context) }
        batch = try await process(batch, context, timeout)
    }

    /// Races the step against the clock; either way the step has ended when this returns.
    private func process(
        _ batch: Batch, _ context: FlowContext, _ timeout: Duration
    ) async throws(IntegrationError) -> Batch {
        let deadline = context.clock.now + timeout
        let outcome = await withTaskGroup(of: Result<Batch, IntegrationError>?.self) { group in
            group.addTask {
                var batch = batch
                do throws(IntegrationError) {
                    try await step.process(&batch, in: context)
                    return .success(batch)
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                do throws(CancellationError) {
                    try await context.clock.sleep(until: deadline)
                    return .failure(IntegrationError(.stepTimedOut, "not done after \(timeout.configurationText)"))
                } catch {
                    // The step is done first, or all is cut off: then the step says how it ended.
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let next = await group.next() {
                if let next { return next }
            }
            preconditionFailure("the step always answers")
        }
        return try outcome.get()
    }
}
