internal import IntegrationDocument

/// A JSON number by its exact decimal value, read where it stands: no digit is copied.
///
/// The value is `0.d₁d₂d₃… × 10^magnitude` with neither leading nor trailing zeros.
struct ExactDecimal {
    let isNegative: Bool
    /// First significant digit, and the end behind the last; a decimal point may stand between. Empty for zero.
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    /// Number of significant digits.
    let digitCount: Int
    let magnitude: Int

    init(_ text: UnsafePointer<UInt8>, _ length: Int) {
        var at = text
        let last = text + length
        isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var first: UnsafePointer<UInt8>?
        var behind = at
        var point = false
        var digits = 0
        var significant = 0
        var magnitude = 0
        while at < last {
            let byte = at.pointee
            if byte == UInt8(ascii: ".") {
                point = true
            } else if byte &- 0x30 < 10 {
                if first == nil, byte != 0x30 { first = at }
                if first != nil {
                    digits += 1
                    if byte != 0x30 {
                        significant = digits
                        behind = at + 1
                    }
                    if !point { magnitude += 1 }
                } else if point {
                    magnitude -= 1
                }
            } else {
                break
            }
            at += 1
        }
        if at < last { magnitude += Self.exponent(at + 1, last) }
        start = first ?? at
        end = first == nil ? start : behind
        digitCount = significant
        self.magnitude = first == nil ? 0 : magnitude
    }

    init(_ view: View) { self.init(view.text, view.word.length) }

    /// Beyond this, exponents are all the same to us.
    private static let largestExponent = 1 << 40

    private static func exponent(_ text: UnsafePointer<UInt8>, _ last: UnsafePointer<UInt8>) -> Int {
        var at = text
        let isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative || at.pointee == UInt8(ascii: "+") { at += 1 }
        var value = 0
        while at < last {
            value = min(value * 10 + Int(at.pointee &- 0x30), largestExponent)
            at += 1
        }
        return isNegative ? -value : value
    }

    var isZero: Bool { digitCount == 0 }

    /// Whether the value is a whole number.
    var isInteger: Bool { digitCount <= magnitude || isZero }

    /// Negative, zero or positive as this is less than, equal to or greater than `other`.
    func compared(to other: ExactDecimal) -> Int {
        if isZero || other.isZero {
            if isZero, other.isZero { return 0 }
            return isZero ? (other.isNegative ? 1 : -1) : (isNegative ? -1 : 1)
        }
        guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
        let sign = isNegative ? -1 : 1
        guard magnitude == other.magnitude else { return magnitude < other.magnitude ? -sign : sign }
        var left = digits
        var right = other.digits
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return 0
            case (nil, _): return -sign
            case (_, nil): return sign
            case (let one?, let two?):
                if one != two { return one < two ? -sign : sign }
            }
        }
    }

    /// Feeds what makes the value to `hasher`.
    func hash(into hasher: inout Hasher) {
        hasher.combine(isNegative && !isZero)
        hasher.combine(magnitude)
        var digits = digits
        while let digit = digits.next() { hasher.combine(digit) }
    }

    /// The significant digits, as numbers.
    var digits: Digits { Digits(at: start, end: end) }

    struct Digits: IteratorProtocol {
        var at: UnsafePointer<UInt8>
        let end: UnsafePointer<UInt8>

        mutating func next() -> UInt8? {
            guard at < end else { return nil }
            if at.pointee == UInt8(ascii: ".") { at += 1 }
            defer { at += 1 }
            return at.pointee &- 0x30
        }
    }
}
