/// What happened to a flow's messages within a window of time: its counters now, less those at the window's start.
struct AlertWindow {
    /// A flow's counters at a moment; they only grow, until the flow is started again.
    struct Sample {
        var time: Duration
        /// Messages that came to an end, and those of them that failed for good.
        var done = 0
        var dead = 0
        /// Messages that were settled, and those of them that took longer than the threshold.
        var settled = 0
        var slow = 0
    }

    private var samples: [Sample]

    /// A window that begins with these counters.
    init(_ first: Sample) { samples = [first] }

    /// Notes the counters now, and forgets what lies before the window.
    mutating func add(_ sample: Sample, keeping window: Duration) {
        if let last = samples.last, last.done > sample.done || last.settled > sample.settled {
            // The flow was started again, and counts from zero.
            samples = [Sample(time: last.time)]
        }
        samples.append(sample)
        while samples.count > 2, samples[1].time <= sample.time - window { samples.removeFirst() }
    }

    /// The share of messages that failed for good; zero where none came to an end.
    var errorRate: Double { share(of: \.dead, in: \.done) }

    /// The share of messages that took longer than the threshold; zero where none was settled.
    var slowShare: Double { share(of: \.slow, in: \.settled) }

    private func share(of part: KeyPath<Sample, Int>, in whole: KeyPath<Sample, Int>) -> Double {
        guard let first = samples.first, let last = samples.last else { return 0 }
        let all = last[keyPath: whole] - first[keyPath: whole]
        return all <= 0 ? 0 : Double(last[keyPath: part] - first[keyPath: part]) / Double(all)
    }
}
