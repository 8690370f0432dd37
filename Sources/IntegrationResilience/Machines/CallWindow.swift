/// What became of the last calls: of the last so many, or of those of the last so many seconds.
struct CallWindow: Sendable {
    private typealias Counts = TimeWindow.Counts

    private let length: BreakerLimits.Window
    private var recent: TimeWindow
    /// The last calls as they are counted, where the window is one of calls; oldest at `next` when it is full.
    private var ring: [Counts] = []
    private var next = 0
    private var sum = Counts.zero

    init(_ length: BreakerLimits.Window) {
        self.length = length
        if case .time(let duration) = length {
            recent = TimeWindow(duration)
        } else {
            recent = TimeWindow(.seconds(1))
        }
    }

    var calls: Int { sum.x }
    var failures: Int { sum.y }
    var slow: Int { sum.z }

    mutating func add(isFailure: Bool, isSlow: Bool, at now: Duration) {
        let call = Counts(1, isFailure ? 1 : 0, isSlow ? 1 : 0)
        switch length {
        case .time:
            recent.add(call, at: now)
            sum = recent.sum
        case .count(let size):
            sum &+= call
            if ring.count < size {
                ring.append(call)
            } else {
                sum &-= ring[next]
                ring[next] = call
            }
            next = (next + 1) % size
        }
    }

    mutating func clear() {
        recent.clear()
        ring.removeAll(keepingCapacity: true)
        next = 0
        sum = .zero
    }
}
