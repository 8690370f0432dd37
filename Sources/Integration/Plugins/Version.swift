/// A version as by SemVer 2.0.0.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var major: Int
    public var minor: Int
    public var patch: Int
    /// The identifiers behind `-`, such as `rc` and `1`.
    public var prerelease: [String]

    public init(_ major: Int, _ minor: Int = 0, _ patch: Int = 0, prerelease: [String] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    /// Reads `1.2.3-rc.1+build`; nil where the text is no version.
    public init?(_ text: String) {
        let plain = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if plain.count == 2, Self.identifiers(plain[1]) == nil { return nil }
        let parts = plain[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        var prerelease: [String] = []
        if parts.count == 2 {
            guard let identifiers = Self.identifiers(parts[1]), identifiers.allSatisfy(Self.hasNoLeadingZero) else {
                return nil
            }
            prerelease = identifiers
        }
        self.init(major, minor, patch, prerelease: prerelease)
    }

    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
    }

    /// Precedence (SemVer 2.0.0, 11).
    public static func < (left: Version, right: Version) -> Bool {
        let numbers = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
        if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
            switch (isNumber(one), isNumber(other)) {
            // Without zeros in front, so that of two numbers of any size the longer is the greater.
            case (true, true): return (one.utf8.count, one) < (other.utf8.count, other)
            case (true, false): return true
            case (false, true): return false
            case (false, false): return one < other
            }
        }
        return left.prerelease.count < right.prerelease.count
    }

    private static func isNumber(_ identifier: String) -> Bool {
        identifier.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Digits without a leading zero; the largest number has no follower, and is none.
    static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard text.utf8.count == 1 || !text.hasPrefix("0"), let number = Int(text), number < .max else { return nil }
        return number
    }

    private static func identifiers(_ text: Substring) -> [String]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let areGood = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-")
                }
        }
        return areGood ? parts.map(String.init) : nil
    }

    private static func hasNoLeadingZero(_ identifier: String) -> Bool {
        let isNumber = identifier.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return !isNumber || identifier == "0" || !identifier.hasPrefix("0")
    }
}
