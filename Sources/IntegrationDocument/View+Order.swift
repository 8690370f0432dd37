internal import Glibc

extension View {
    /// Whether this value comes before the other: numbers by their exact value, strings by their Unicode scalars; false
    /// for anything else (RFC 9535, 2.3.5.2.2).
    public func isOrdered(before other: View) -> Bool {
        if word.isNumber, other.word.isNumber {
            if let one = double, let two = other.double, one != two { return one < two }
            return ExactNumber(self).isLess(than: ExactNumber(other))
        }
        guard word.isString, other.word.isString else { return false }
        return withDecodedBytes { one in
            other.withDecodedBytes { two in
                // The order of UTF-8 is the order of the scalars.
                let shared = min(one.count, two.count)
                if shared > 0, let left = one.baseAddress, let right = two.baseAddress {
                    let difference = memcmp(left, right, shared)
                    if difference != 0 { return difference < 0 }
                }
                return one.count < two.count
            }
        }
    }
}

extension ExactNumber {
    func isLess(than other: ExactNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty {
            return digits.isEmpty ? !other.digits.isEmpty && !other.isNegative : isNegative
        }
        if isNegative != other.isNegative { return isNegative }
        return isNegative ? other.isSmaller(than: self) : isSmaller(than: other)
    }

    /// By magnitude; neither is zero.
    private func isSmaller(than other: ExactNumber) -> Bool {
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
