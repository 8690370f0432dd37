/// A set of numbers as ranges that neither touch nor overlap, in order.
public struct IntervalSet: Sendable, Hashable {
    /// Half-open, ascending, none empty.
    public private(set) var ranges: [Range<UInt64>] = []

    public init() {}

    public init(_ ranges: some Sequence<Range<UInt64>>) {
        for range in ranges { insert(range) }
    }

    public var isEmpty: Bool { ranges.isEmpty }

    /// How many numbers are in it.
    public var count: UInt64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    /// The smallest number that is in it.
    public var first: UInt64? { ranges.first?.lowerBound }

    public func contains(_ number: UInt64) -> Bool {
        let index = firstIndex(endingAfter: number)
        return index < ranges.count && ranges[index].lowerBound <= number
    }

    /// Adds a range, joined with those that it touches.
    public mutating func insert(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        let start = firstIndex(endingAfter: range.lowerBound == 0 ? 0 : range.lowerBound - 1)
        var end = start
        while end < ranges.count, ranges[end].lowerBound <= range.upperBound { end += 1 }
        if start == end {
            ranges.insert(range, at: start)
        } else {
            let lower = min(range.lowerBound, ranges[start].lowerBound)
            let upper = max(range.upperBound, ranges[end - 1].upperBound)
            ranges.replaceSubrange(start..<end, with: CollectionOfOne(lower..<upper))
        }
    }

    public mutating func insert(_ number: UInt64) { insert(number..<number + 1) }

    /// Takes a range out.
    public mutating func remove(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        let start = firstIndex(endingAfter: range.lowerBound)
        var end = start
        while end < ranges.count, ranges[end].lowerBound < range.upperBound { end += 1 }
        guard start < end else { return }
        let before = ranges[start].lowerBound..<max(ranges[start].lowerBound, range.lowerBound)
        let after = min(ranges[end - 1].upperBound, range.upperBound)..<ranges[end - 1].upperBound
        ranges.replaceSubrange(start..<end, with: [before, after].filter { !$0.isEmpty })
    }

    public mutating func remove(_ number: UInt64) { remove(number..<number + 1) }

    /// The place of the first range that ends after `number`.
    private func firstIndex(endingAfter number: UInt64) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound > number { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
