/// The text of doubles in the form that ECMAScript prints (ECMA-262, 6.1.6.1.20), which JSONata expects.
enum DecimalText {
    /// Bytes that a text may take.
    static let room = 32

    private static let powers: InlineArray<7, Double> = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]

    /// The shortest decimal that reads back the same, where it has up to fifteen digits and up to six of them behind the
    /// point: `value` = `mantissa` / 10^`places`.
    ///
    /// A product with a power of ten is off by less than a quarter then, so that the nearest integer is the right one, and
    /// the division is exact (Clinger 1990).
    static func short(_ value: Double) -> (mantissa: Int64, places: Int)? {
        guard abs(value) < 1e15 else { return nil }
        for places in 0..<7 {
            let mantissa = (value * powers[places]).rounded()
            guard abs(mantissa) < 1e15 else { return nil }
            if mantissa / powers[places] == value { return (Int64(mantissa), places) }
        }
        return nil
    }

    /// Writes the shortest text that reads back the same; returns its length.
    ///
    /// - Parameters:
    ///   - value: a finite number.
    ///   - out: room for `room` bytes.
    static func write(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        if let (mantissa, places) = short(value) { return write(mantissa, places, to: out) }
        return writeShortest(value, to: out)
    }

    private static func write(_ mantissa: Int64, _ places: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = mantissa.magnitude
        // At least one digit stands before the point.
        var count = 1
        var bound: UInt64 = 10
        while bound <= rest {
            count &+= 1
            bound &*= 10
        }
        count = max(count, places &+ 1)
        let start = mantissa < 0 ? 1 : 0
        if mantissa < 0 { out[0] = UInt8(ascii: "-") }
        let length = start &+ count &+ (places > 0 ? 1 : 0)
        var at = length
        for place in 0..<count {
            if place == places, place > 0 {
                at &-= 1
                out[at] = UInt8(ascii: ".")
            }
            at &-= 1
            out[at] = UInt8(truncatingIfNeeded: 0x30 &+ rest % 10)
            rest /= 10
        }
        return length
    }

    /// Swift's description has the shortest digits; only the placing of the point differs.
    @inline(never)
    private static func writeShortest(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var description = abs(value).description
        return description.withUTF8 { bytes in
            var digits = InlineArray<32, UInt8>(repeating: 0)
            var count = 0
            // Digits before the point, zeros in front not counted.
            var point = 0
            var isBehindPoint = false
            var exponent = bytes.endIndex
            for (index, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: "e") {
                    exponent = index
                    break
                }
                if byte == UInt8(ascii: ".") {
                    isBehindPoint = true
                } else if count > 0 || byte != 0x30 {
                    digits[count] = byte
                    count &+= 1
                    if !isBehindPoint { point &+= 1 }
                } else if isBehindPoint {
                    point &-= 1
                }
            }
            point += Int(String(decoding: bytes[exponent...].dropFirst(), as: UTF8.self)) ?? 0
            while count > 1, digits[count &- 1] == 0x30 { count &-= 1 }
            return place(digits, count, point, isNegative: value < 0, out)
        }
    }

    private static func place(
        _ digits: InlineArray<32, UInt8>, _ count: Int, _ point: Int, isNegative: Bool,
        _ out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var at = 0
        func put(_ byte: UInt8) {
            out[at] = byte
            at &+= 1
        }
        if isNegative { put(UInt8(ascii: "-")) }
        if -6 < point, point <= 21 {
            if point <= 0 {
                put(0x30)
                put(UInt8(ascii: "."))
                for _ in point..<0 { put(0x30) }
            }
            for index in 0..<max(count, point) {
                if index == point, point > 0 { put(UInt8(ascii: ".")) }
                put(index < count ? digits[index] : 0x30)
            }
            return at
        }
        put(digits[0])
        if count > 1 { put(UInt8(ascii: ".")) }
        for index in 1..<max(1, count) { put(digits[index]) }
        put(UInt8(ascii: "e"))
        put(point > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
        for byte in String(abs(point - 1)).utf8 { put(byte) }
        return at
    }
}
