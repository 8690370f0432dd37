/// Finds what was probably meant.
public enum Suggestion {
    /// Further candidates are not looked at, so that a huge file is still answered in time.
    private static let mostCandidates = 1000

    /// The candidate that differs least from the name, where the difference is small; ties go to the first.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let written = folded(name)
        let limit = max(1, min(3, written.count / 3))
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(mostCandidates) where candidate != name {
            guard abs(candidate.utf8.count - written.count) <= limit else { continue }
            let distance = distance(written, folded(candidate), limit: best.map { $0.distance - 1 } ?? limit)
            if let distance { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Lower case, `-` as `_`: spelling differences that are no difference in meaning.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.prefix(64).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }.map {
            $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0
        }
    }

    /// Optimal string alignment distance (insert, delete, replace, swap neighbours); nil beyond the limit.
    private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
        guard limit >= 0, abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for j in right.indices {
                var cost = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }
}
