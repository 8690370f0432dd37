internal import Glibc

/// Numbers as they stand in a text: read when somebody asks, never rewritten.
public enum NumberText {
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The nearest double of a valid JSON number (infinite where its magnitude is beyond the largest).
    ///
    /// Digits below 2^53 with a power of ten up to 22 are exact by one multiplication or division (Clinger 1990); for
    /// anything else the standard library is asked.
    public static func double(_ text: UnsafePointer<UInt8>, _ length: Int) -> Double {
        var at = 0
        if text[0] == UInt8(ascii: "-") { at = 1 }
        var mantissa: UInt64 = 0
        // Digits behind the point less the exponent.
        var scale = 0
        let integer = at
        digits(text, &at, length, &mantissa)
        var digits = at &- integer
        if at < length, text[at] == UInt8(ascii: ".") {
            at &+= 1
            let fraction = at
            Self.digits(text, &at, length, &mantissa)
            scale = at &- fraction
            digits &+= scale
        }
        // Up to nineteen digits the mantissa holds them all.
        guard digits <= 19 else { return slowDouble(text, length) }
        if at < length { scale &-= exponent(text + (at &+ 1), length &- at &- 1) }
        guard mantissa <= 1 << 53, scale <= 22, scale >= -22 else { return slowDouble(text, length) }
        let power = powers[abs(scale)]
        let magnitude = scale >= 0 ? Double(mantissa) / power : Double(mantissa) * power
        return text[0] == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    /// Takes digits into `mantissa`, which wraps around where there are more than it can hold.
    @inline(__always)
    private static func digits(
        _ text: UnsafePointer<UInt8>, _ at: inout Int, _ length: Int, _ mantissa: inout UInt64
    ) {
        while at < length {
            let digit = text[at] &- 0x30
            guard digit < 10 else { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            at &+= 1
        }
    }

    /// The exponent behind an `e`; beyond a hundred it is only said to be large.
    private static func exponent(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int {
        var at = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") ? 1 : 0
        var value = 0
        while at < length {
            value = min(value &* 10 &+ Int(text[at] &- 0x30), 1000)
            at &+= 1
        }
        return text[0] == UInt8(ascii: "-") ? -value : value
    }

    private static func slowDouble(_ text: UnsafePointer<UInt8>, _ length: Int) -> Double {
        let string = String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
        if let value = Double(string) { return value }
        // Swift refuses what overflows: the sign and a huge exponent decide.
        return strtod(string, nil)
    }

    /// The value where the text is an integer that fits 64 bits; with a fraction or an exponent (`1.0`, `1e3`) up to 2^53.
    public static func integer(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int64? {
        let isNegative = text[0] == UInt8(ascii: "-")
        var at = isNegative ? 1 : 0
        var value: Int64 = 0
        while at < length, text[at] &- 0x30 < 10 {
            // Counted downwards: there is one more negative number.
            let (product, isLarge) = value.multipliedReportingOverflow(by: 10)
            let (difference, isLarger) = product.subtractingReportingOverflow(Int64(text[at] &- 0x30))
            if isLarge || isLarger { return nil }
            value = difference
            at &+= 1
        }
        if at == length {
            if isNegative { return value }
            return value == .min ? nil : -value
        }
        let whole = double(text, length)
        guard whole.rounded(.towardZero) == whole, abs(whole) < 9_007_199_254_740_992 else { return nil }
        return Int64(whole)
    }

    /// The double as the shortest text that reads back the same (ECMA-262, Number::toString form of exponents where JSON
    /// allows it); nil for NaN and the infinities, which JSON has no text for.
    public static func text(of value: Double) -> String? {
        guard value.isFinite else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = write(value, to: start)
            return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }

    /// Bytes that `write` may take.
    public static let room = DecimalText.room

    /// Writes a finite double as `text(of:)` does; returns the number of bytes.
    ///
    /// - Parameter out: room for `room` bytes.
    public static func write(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        DecimalText.write(value, to: out)
    }

    /// The number as `mantissa` / 10^`places` where its shortest text is found to have at most fifteen digits and six places;
    /// it may have no more where this is nil.
    public static func short(_ value: Double) -> (mantissa: Int64, places: Int)? { DecimalText.short(value) }
}
