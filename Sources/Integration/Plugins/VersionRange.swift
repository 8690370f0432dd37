/// Versions that will do: `1.2.3` (that one), `1.2` or `1` (any below it), `^0.8`, `~1.2`, `>=1 <2`, `*`, and several
/// of these with `||` between them.
///
/// A prerelease does only where a bound names a prerelease of the same three numbers.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
    private struct Bounds: Sendable, Hashable {
        var lower: Version?
        var includesLower = true
        var upper: Version?
        var includesUpper = false

        func contains(_ version: Version) -> Bool {
            if let lower, version < lower || version == lower && !includesLower { return false }
            if let upper, version > upper || version == upper && !includesUpper { return false }
            return true
        }

        func names(_ version: Version) -> Bool {
            [lower, upper].contains { bound in
                guard let bound, !bound.prerelease.isEmpty else { return false }
                return (bound.major, bound.minor, bound.patch) == (version.major, version.minor, version.patch)
            }
        }
    }

    public let description: String
    private var alternatives: [[Bounds]] = []

    /// Nil where the text is no range.
    public init?(_ text: String) {
        description = text
        for alternative in text.split(separator: "||", omittingEmptySubsequences: false) {
            var bounds: [Bounds] = []
            for word in alternative.split(separator: " ") {
                guard let bound = Self.bounds(word) else { return nil }
                bounds.append(bound)
            }
            if bounds.isEmpty { return nil }
            alternatives.append(bounds)
        }
    }

    public func contains(_ version: Version) -> Bool {
        alternatives.contains { bounds in
            bounds.allSatisfy { $0.contains(version) }
                && (version.prerelease.isEmpty || bounds.contains { $0.names(version) })
        }
    }

    private static func bounds(_ word: Substring) -> Bounds? {
        if word == "*" { return Bounds() }
        let digits = word.firstIndex { $0.isNumber } ?? word.endIndex
        let text = word[digits...]
        guard let (lower, count) = partial(text) else { return nil }
        let next = follower(of: lower, keeping: count)
        switch word[..<digits] {
        case "", "=":
            return count == 3
                ? Bounds(lower: lower, upper: lower, includesUpper: true) : Bounds(lower: lower, upper: next)
        case "^": return Bounds(lower: lower, upper: follower(of: lower, keeping: leading(lower, count)))
        case "~": return Bounds(lower: lower, upper: follower(of: lower, keeping: min(count, 2)))
        case ">=": return Bounds(lower: lower)
        case ">": return count == 3 ? Bounds(lower: lower, includesLower: false) : Bounds(lower: next)
        case "<": return Bounds(upper: lower)
        case "<=": return count == 3 ? Bounds(upper: lower, includesUpper: true) : Bounds(upper: next)
        default: return nil
        }
    }

    /// Reads one to three numbers, and how many there were.
    private static func partial(_ text: Substring) -> (Version, Int)? {
        if let version = Version(String(text)) { return (version, 3) }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Version.number($0) }
        guard (1...2).contains(numbers.count), let major = numbers[0] else { return nil }
        guard numbers.count == 2 else { return (Version(major), 1) }
        return numbers[1].map { (Version(major, $0), 2) }
    }

    /// How many numbers `^` keeps: up to the first that is not zero.
    private static func leading(_ version: Version, _ count: Int) -> Int {
        if version.major > 0 || count == 1 { return 1 }
        return version.minor > 0 || count == 2 ? 2 : 3
    }

    /// The first version whose first `count` numbers differ.
    private static func follower(of version: Version, keeping count: Int) -> Version {
        switch count {
        case 1: Version(version.major + 1)
        case 2: Version(version.major, version.minor + 1)
        default: Version(version.major, version.minor, version.patch + 1)
        }
    }
}
