/// Whose turn it is among those that come and go.
struct RoundRobin {
    private var last: Int?

    /// The first after the one that was picked last; after the highest number comes the lowest.
    ///
    /// - Parameter candidates: in ascending order.
    mutating func pick(from candidates: [Int]) -> Int? {
        let next = last.flatMap { last in candidates.first { $0 > last } } ?? candidates.first
        if let next { last = next }
        return next
    }
}
