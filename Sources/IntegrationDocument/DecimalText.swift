/// The decimal digits of doubles in the form that ECMAScript prints (ECMA-262, 6.1.6.1.20), which JSONata expects.
enum DecimalText {
    static func shortest(_ value: Double) -> String {
        // Swift's description has the shortest digits; only the placing of the point differs.
        var text = String(describing: abs(value))
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = String(text[..<mark])
        }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var digits = String(parts[0]) + (parts.count > 1 ? String(parts[1]) : "")
        var point = parts[0].count + exponent
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        let sign = value < 0 ? "-" : ""
        let count = digits.count
        if count <= point, point <= 21 { return sign + digits + String(repeating: "0", count: point - count) }
        if 0 < point, point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
        if -6 < point, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let power = point - 1
        let head = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst(1)
        return sign + head + "e" + (power < 0 ? "-" : "+") + String(abs(power))
    }
}
