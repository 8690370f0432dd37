internal import Glibc
// With the runtime linked in statically, the compiler takes `timespec` for a member of this module.
internal import SwiftOverlayShims

/// The machine's clocks: CLOCK_BOOTTIME and CLOCK_REALTIME.
public struct SystemClock: TimeSource {
    public init() {}

    public var now: Duration { read(CLOCK_BOOTTIME) }
    public var wallTime: Duration { read(CLOCK_REALTIME) }

    /// Processors that the process may use.
    public static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    public func sleep(until deadline: Duration) async throws(CancellationError) {
        let rest = deadline - now
        guard rest > .zero else { return }
        do {
            try await Task.sleep(for: rest, clock: .continuous)
        } catch {
            throw CancellationError()
        }
    }
}
