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
    /// The processors that this process may use.
    static var count: Int {
        var set = cpu_set_t()
        guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else {
            return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
        return max(1, withUnsafeBytes(of: set) { $0.reduce(0) { $0 + $1.nonzeroBitCount } })
    }
}
