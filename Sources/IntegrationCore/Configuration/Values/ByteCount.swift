/// A size in bytes, written with a unit: `16KiB`, `1MiB`, `1GiB`, or in powers of ten `1kB`, `5MB`.
public struct ByteCount: Sendable, Hashable, Comparable {
    public var bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }

    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(count << 30) }

    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

    private static let units: [(String, Int)] = [
        ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20),
        ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000), ("B", 1),
    ]

    /// Reads a whole number directly followed by a unit; nil for anything else, sizes beyond 63 bits included.
    public init?(parsing text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), let unit = Self.units.first(where: { $0.0 == text.dropFirst(digits.count) })
        else { return nil }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: unit.1)
        guard !overflows else { return nil }
        self.bytes = bytes
    }
}

extension ByteCount: CustomStringConvertible {
    /// The shortest exact form, which `init(parsing:)` reads back.
    public var description: String {
        let unit = Self.units.first { bytes != 0 && bytes % $0.1 == 0 } ?? ("B", 1)
        return "\(bytes / unit.1)\(unit.0)"
    }
}
