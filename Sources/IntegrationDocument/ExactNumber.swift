/// A JSON number by its exact decimal value: sign, significant digits and power of ten.
struct ExactNumber: Equatable {
    var isNegative: Bool
    /// Significant digits without leading and trailing zeros; empty for zero.
    var digits: [UInt8]
    /// The value is `0.digits × 10^exponent`.
    var exponent: Int

    init(_ view: View) {
        var digits: [UInt8] = []
        var point: Int?
        var power = 0
        var isNegative = false
        var text = view.rawBytes[...]
        if text.first == UInt8(ascii: "-") {
            isNegative = true
            text = text.dropFirst()
        }
        if let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            let written = String(decoding: text[(mark + 1)...], as: UTF8.self)
            power = Int(written) ?? (written.hasPrefix("-") ? Int.min : Int.max)
            // Far beyond what a text can shift back, and far from an overflow.
            power = min(max(power, -1 << 60), 1 << 60)
            text = text[..<mark]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        var exponent = (point ?? digits.count) + power
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
    }
}
