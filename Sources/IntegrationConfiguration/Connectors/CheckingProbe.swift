internal import IntegrationCore
internal import Synchronization

/// Goes the way to the other side, and has each endpoint look for what it needs there.
struct CheckingProbe: ConnectorProbe {
    let way: any ConnectorProbe
    let checks: [ConnectorCheck]

    func run(in context: FlowContext, _ report: @escaping @Sendable (ProbeStep) -> Void) async {
        let isThere = Atomic(true)
        await way.run(in: context) { step in
            if case .failed = step.outcome { isThere.store(false, ordering: .relaxed) }
            report(step)
        }
        guard isThere.load(ordering: .relaxed) else { return }
        for check in checks {
            let started = context.clock.now
            let outcome: ProbeStep.Outcome
            do throws(IntegrationError) {
                outcome = .passed(try await check.run(context))
            } catch {
                outcome = .failed(error)
            }
            report(ProbeStep(.endpoint, outcome, subject: check.subject, time: context.clock.now - started))
        }
    }
}
