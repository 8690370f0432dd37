internal import IntegrationCore
internal import IntegrationEngine
internal import ServiceLifecycle

/// Draws what the flows have done so far, some times a second.
struct Progress: Service {
    let engine: Engine
    let line: StatusLine
    let clock: any TimeSource

    private static let pause = Duration.milliseconds(200)

    func run() async throws {
        await cancelWhenGracefulShutdown { await draw() }
    }

    private func draw() async {
        let start = clock.now
        var seen: [(time: Duration, messages: Int)] = [(start, 0)]
        while true {
            do throws(CancellationError) {
                try await clock.sleep(for: Self.pause)
            } catch {
                return
            }
            let snapshots = engine.snapshots
            let now = clock.now
            seen.append((now, snapshots.reduce(0) { $0 + $1.received }))
            // The rate is that of the last two seconds.
            if seen.count > 11 { seen.removeFirst() }
            let (first, last) = (seen[0], seen[seen.count - 1])
            let rate = Figures.rate(last.messages - first.messages, in: last.time - first.time)
            line.draw(Self.text(snapshots, rate: rate, elapsed: now - start))
        }
    }

    /// `order-sync  in 12 500  out 12 310  dead 181  64 000/s  0.40 s`
    static func text(_ snapshots: [FlowSnapshot], rate: String, elapsed: Duration) -> String {
        func total(_ value: (FlowSnapshot) -> Int) -> String { Figures.count(snapshots.reduce(0) { $0 + value($1) }) }
        let name = snapshots.count == 1 ? snapshots[0].flow : Figures.count(snapshots.count, "flow")
        var parts = [name, "in " + total(\.received), "out " + total(\.sent)]
        if snapshots.contains(where: { $0.dropped > 0 }) { parts.append("dropped " + total(\.dropped)) }
        if snapshots.contains(where: { $0.dead > 0 }) { parts.append("dead " + total(\.dead)) }
        if snapshots.contains(where: { $0.parked > 0 }) { parts.append("waiting " + total(\.parked)) }
        return (parts + [rate, Figures.time(elapsed)]).joined(separator: "  ")
    }
}
