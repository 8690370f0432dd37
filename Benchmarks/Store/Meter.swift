internal import IntegrationCore

/// Times of single calls, for the slow ones among them.
struct Meter: Sendable {
    private(set) var times: [Duration] = []

    mutating func time<R>(_ body: () async throws -> R) async rethrows -> R {
        let start = SystemClock().now
        let result = try await body()
        times.append(SystemClock().now - start)
        return result
    }

    mutating func add(_ other: Meter) { times += other.times }

    /// Median, 99th percentile and the slowest, in milliseconds.
    var summary: String {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return "-" }
        func at(_ share: Double) -> String {
            let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
            return tenths(sorted[index].seconds * 1000)
        }
        return "p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, max \(at(1)) ms"
    }
}

func tenths(_ number: Double) -> String {
    let whole = Int((number * 10).rounded())
    return "\(whole / 10).\(whole % 10)"
}
