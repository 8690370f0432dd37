public import IntegrationCore
internal import Synchronization

/// A clock that stands still until somebody sleeps; it then does the next thing of a script and jumps to the end of the
/// sleep. At the end of the script it does the last thing, and sleeps until cancelled.
public final class ScriptedClock: TimeSource {
    public typealias Action = @Sendable () -> Void

    private struct State {
        var now = Duration.zero
        var script: [Action]
        var atEnd: Action?
        var deadlines: [Duration] = []
        var wallOffset: Duration
    }

    private let state: Mutex<State>
    private let never = ShutdownSignal()

    /// - Parameters:
    ///   - wallTime: at the start, since 1970.
    ///   - script: one action for each sleep.
    ///   - atEnd: done at the first sleep after those, such as signalling shutdown.
    public init(
        wallTime: Duration = .seconds(1_767_225_600), script: [Action] = [], atEnd: @escaping Action = {}
    ) {
        state = Mutex(State(script: script, atEnd: atEnd, wallOffset: wallTime))
    }

    public var now: Duration { state.withLock { $0.now } }
    public var wallTime: Duration { state.withLock { $0.now + $0.wallOffset } }
    /// What was slept until, in order.
    public var deadlines: [Duration] { state.withLock { $0.deadlines } }

    public func advance(by duration: Duration) { state.withLock { $0.now += duration } }
    /// Sets the wall clock, forward or back.
    public func setWall(by duration: Duration) { state.withLock { $0.wallOffset += duration } }

    public func sleep(until deadline: Duration) async throws(CancellationError) {
        let (action, isOver) = state.withLock { state -> (Action?, Bool) in
            state.deadlines.append(deadline)
            guard state.script.isEmpty else { return (state.script.removeFirst(), false) }
            defer { state.atEnd = nil }
            return (state.atEnd, true)
        }
        action?()
        guard isOver else {
            state.withLock { $0.now = max($0.now, deadline) }
            return
        }
        await never.wait()
        throw CancellationError()
    }
}
