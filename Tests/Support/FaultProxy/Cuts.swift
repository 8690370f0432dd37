internal import Glibc

/// A place at which a connection ends.
package struct Cut: Sendable {
    /// Bytes that pass before it.
    package let place: Int
    package let direction: NetworkFault.Direction
}

extension Cut {
    /// Cuts all over an exchange, the first and the last byte among them.
    ///
    /// `INTEGRATION_CUTS` says how many in each direction; with more than the exchange has bytes, it is cut at each.
    ///
    /// - Parameter length: bytes of the whole exchange that go in that direction.
    package static func all(in length: Int, _ direction: NetworkFault.Direction) -> [Cut] {
        let wanted = min(length, getenv("INTEGRATION_CUTS").flatMap { Int(String(cString: $0)) } ?? 20)
        return (0..<wanted).map { number in
            Cut(place: wanted == 1 ? 0 : number * (length - 1) / (wanted - 1), direction: direction)
        }
    }

    /// Gives shares of cuts, with their numbers, to so many lanes, which wait side by side for what each cut costs.
    package static func share<R: Sendable>(
        _ cuts: [Cut], lanes: Int, _ body: @escaping @Sendable (_ share: [(number: Int, cut: Cut)]) async throws -> R
    ) async throws -> [R] {
        try await withThrowingTaskGroup(of: R.self) { group in
            for lane in 0..<min(lanes, cuts.count) {
                let share = stride(from: lane, to: cuts.count, by: lanes).map { (number: $0, cut: cuts[$0]) }
                group.addTask { try await body(share) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
