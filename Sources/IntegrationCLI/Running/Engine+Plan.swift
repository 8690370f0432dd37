internal import Glibc
internal import IntegrationConfiguration
internal import IntegrationEngine
internal import Logging

extension Engine {
    /// An engine for everything that a plan holds.
    convenience init(_ plan: EnginePlan, logger: Logger, mode: Mode = .untilStopped) {
        self.init(
            flows: plan.flows, destinations: plan.destinations, lookups: plan.lookups, logger: logger,
            processors: Processors.count, mode: mode)
    }
}

enum Processors {
    /// How many are online.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
