public import IntegrationCore
public import IntegrationEngine
public import ServiceLifecycle

/// Notes once a second what flows have done.
public struct RateSampler: Service {
    private let engine: Engine
    private let rates: FlowRates
    private let clock: any TimeSource

    public init(_ engine: Engine, into rates: FlowRates, clock: any TimeSource) {
        self.engine = engine
        self.rates = rates
        self.clock = clock
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                rates.note(engine.snapshots, at: clock.now)
            } while await second()
        }
    }

    /// False when it is told to stop.
    private func second() async -> Bool {
        do {
            try await clock.sleep(for: .seconds(1))
            return true
        } catch {
            return false
        }
    }
}
