internal import IntegrationCore
internal import IntegrationEngine
internal import Logging
internal import Synchronization

/// Looks at the flows' counters again and again, and says when an alert fires and when it resolves.
final class AlertMonitor: Sendable {
    private struct State {
        var config: AlertConfig?
        var windows: [String: AlertWindow] = [:]
        var firing: [Alert] = []
    }

    private let engine: Engine
    private let logger: Logger
    private let clock: any TimeSource
    private let state = Mutex(State())
    private let configured = Wakeup()

    init(engine: Engine, logger: Logger, clock: any TimeSource) {
        self.engine = engine
        self.logger = logger
        self.clock = clock
    }

    /// The alerts that fire now, in the order in which they began to.
    var firing: [Alert] { state.withLock { $0.firing } }

    /// Takes effect at once and counts from now; nil ends alerting. What fires is forgotten.
    func configure(_ config: AlertConfig?) {
        var windows: [String: AlertWindow] = [:]
        for snapshot in engine.snapshots { windows[snapshot.flow] = AlertWindow(sample(of: snapshot, config)) }
        state.withLock { $0 = State(config: config, windows: windows) }
        configured.wake()
    }

    private func sample(of snapshot: FlowSnapshot, _ config: AlertConfig?) -> AlertWindow.Sample {
        var sample = AlertWindow.Sample(time: clock.now, done: snapshot.done, dead: snapshot.dead)
        if let limit = config?.latencyThreshold {
            (sample.settled, sample.slow) = engine.settled(of: snapshot.flow, slowerThan: limit)
        }
        return sample
    }

    /// Watches until the task is cancelled.
    func watch() async {
        while !Task.isCancelled {
            let count = configured.count
            let interval = state.withLock { $0.config?.interval }
            if interval != nil { look() }
            do {
                try await configured.wait(after: count, until: interval.map { clock.now + $0 }, clock: clock)
            } catch {
                return
            }
        }
    }

    /// Takes a sample of every flow and compares the window with the thresholds.
    func look() {
        guard let config = state.withLock({ $0.config }) else { return }
        for snapshot in engine.snapshots {
            let sample = sample(of: snapshot, config)
            let window = state.withLock { state in
                var window = state.windows[snapshot.flow] ?? AlertWindow(AlertWindow.Sample(time: sample.time))
                window.add(sample, keeping: config.window)
                state.windows[snapshot.flow] = window
                return window
            }
            if let limit = config.errorThreshold {
                judge(.errorRate, of: snapshot.flow, share: window.errorRate, limit: limit, "\(limit)")
            }
            if let limit = config.latencyThreshold {
                // The 99th percentile lies above the limit when more than one message in a hundred does.
                judge(.latency, of: snapshot.flow, share: window.slowShare, limit: 0.01, "\(limit.milliseconds) ms")
            }
        }
    }

    private func judge(_ rule: Alert.Rule, of flow: String, share: Double, limit: Double, _ threshold: String) {
        let now = clock.wallTime
        let hasChanged = state.withLock { state in
            let index = state.firing.firstIndex { $0.flow == flow && $0.rule == rule }
            switch (index, share > limit) {
            case (nil, true):
                state.firing.append(Alert(flow: flow, rule: rule, share: share, since: now))
                return true
            case (let index?, true):
                state.firing[index].share = share
                return false
            case (let index?, false):
                state.firing.remove(at: index)
                return true
            case (nil, false): return false
            }
        }
        guard hasChanged else { return }
        let metadata: Logger.Metadata = [
            "flow": "\(flow)", "alert": "\(rule.rawValue)", "share": "\(share)", "threshold": "\(threshold)",
        ]
        if share > limit {
            logger.warning("alert fires", metadata: metadata)
        } else {
            logger.notice("alert resolved", metadata: metadata)
        }
    }
}
