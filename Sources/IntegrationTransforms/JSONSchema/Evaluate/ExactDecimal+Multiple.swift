extension ExactDecimal {
    /// Whether this is `divisor` times a whole number, exactly.
    func isMultiple(of divisor: ExactDecimal) -> Bool {
        if isZero { return true }
        if divisor.isZero { return false }
        // Both are a whole number without trailing zeros, times a power of ten.
        let power = magnitude - digitCount
        let divisorPower = divisor.magnitude - divisor.digitCount
        // Were the divisor's power the greater, this would have to end in a zero.
        guard power >= divisorPower else { return false }
        guard divisor.digitCount <= 18 else { return isLongMultiple(of: divisor, power: power - divisorPower) }
        var modulus: UInt64 = 0
        var divisorDigits = divisor.digits
        while let digit = divisorDigits.next() { modulus = modulus * 10 + UInt64(digit) }
        var remainder: UInt64 = 0
        var digits = digits
        while let digit = digits.next() {
            remainder = Self.multiplied(remainder, 10, modulus: modulus)
            remainder = (remainder + UInt64(digit)) % modulus
        }
        var factor = 10 % modulus
        var exponent = power - divisorPower
        while exponent > 0, remainder != 0 {
            if exponent & 1 == 1 { remainder = Self.multiplied(remainder, factor, modulus: modulus) }
            factor = Self.multiplied(factor, factor, modulus: modulus)
            exponent >>= 1
        }
        return remainder == 0
    }

    private static func multiplied(_ left: UInt64, _ right: UInt64, modulus: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return modulus.dividingFullWidth((product.high % modulus, product.low)).remainder
    }

    /// Long division by a divisor of more digits than a machine word holds; at most some thousand zeros are appended,
    /// and what would need more is no multiple.
    private func isLongMultiple(of divisor: ExactDecimal, power: Int) -> Bool {
        // A divisor with no factor of ten can need no more zeros than four for each of its digits.
        let zeros = min(power, divisor.digitCount * 4)
        var modulus: [UInt8] = []
        var divisorDigits = divisor.digits
        while let digit = divisorDigits.next() { modulus.append(digit) }
        var remainder = [UInt8](repeating: 0, count: modulus.count + 1)
        modulus.insert(0, at: 0)
        func shift(in digit: UInt8) {
            remainder.removeFirst()
            remainder.append(digit)
            while !remainder.lexicographicallyPrecedes(modulus) {
                var borrow: Int8 = 0
                for index in remainder.indices.reversed() {
                    var difference = Int8(remainder[index]) - Int8(modulus[index]) - borrow
                    borrow = difference < 0 ? 1 : 0
                    if difference < 0 { difference += 10 }
                    remainder[index] = UInt8(difference)
                }
            }
        }
        var digits = digits
        while let digit = digits.next() { shift(in: digit) }
        for _ in 0..<zeros { shift(in: 0) }
        return remainder.allSatisfy { $0 == 0 }
    }
}
