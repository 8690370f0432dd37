extension Duration {
    private static let units: [(String, Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]

    /// Reads `5s`, `2m30s`, `1.5h`, `100ms`, `14d`: numbers directly followed by `d`, `h`, `m`, `s`, `ms`, `us` or `ns`,
    /// larger units first; nil for anything else, a bare number and durations beyond 292 years included.
    public init?(configuration text: String) {
        var rest = Array(text.utf8)[...]
        var total: Int64 = 0
        var next = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
            let unit = rest.dropFirst(number.count).prefix { $0 >= 0x61 && $0 <= 0x7A }
            rest = rest.dropFirst(number.count + unit.count)
            let name = String(decoding: unit, as: UTF8.self)
            guard let index = Self.units.indices.first(where: { $0 >= next && Self.units[$0].0 == name }),
                let nanoseconds = Self.nanoseconds(number, of: Self.units[index].1)
            else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(nanoseconds)
            guard !overflows else { return nil }
            total = sum
            next = index + 1
        }
        self = .nanoseconds(total)
    }

    private static func nanoseconds(_ number: ArraySlice<UInt8>, of unit: Int64) -> Int64? {
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        var (result, overflows) = whole.multipliedReportingOverflow(by: unit)
        guard !overflows else { return nil }
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].count <= 9 else { return nil }
            var scale: Int64 = 1
            var fraction: Int64 = 0
            for digit in parts[1] {
                fraction = fraction * 10 + Int64(digit - 0x30)
                scale *= 10
            }
            let exact = Double(fraction) / Double(scale) * Double(unit)
            (result, overflows) = result.addingReportingOverflow(Int64(exact.rounded()))
            guard !overflows else { return nil }
        }
        return result
    }

    /// The form that `init(configuration:)` reads back, such as `2m30s`; below a nanosecond nothing is kept.
    public var configurationText: String {
        let (seconds, attoseconds) = components
        var rest = seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + attoseconds / 1_000_000_000
        var text = ""
        for (name, size) in Self.units where rest >= size {
            text += "\(rest / size)\(name)"
            rest %= size
        }
        return text.isEmpty ? "0s" : text
    }
}
