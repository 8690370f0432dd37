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
        // Read as two words: whose members of `timespec` are visible depends on which module was loaded first.
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { memory in
            guard let start = memory.baseAddress else { return .zero }
            clock_gettime(clock, start.assumingMemoryBound(to: timespec.self))
            return .seconds(start.load(as: Int64.self)) + .nanoseconds(start.load(fromByteOffset: 8, as: Int64.self))
        }
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
