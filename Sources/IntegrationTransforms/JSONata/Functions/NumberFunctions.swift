internal import Glibc
internal import IntegrationDocument

extension BuiltinCall {
    func number() throws(ExpressionError) -> Value {
        switch self[0] {
        case .undefined: return .undefined
        case .bool(let bool): return .number(bool ? 1 : 0)
        default: break
        }
        if self[0].double != nil { return self[0] }
        guard let text = self[0].string, let number = Self.number(text) else {
            throw ExpressionError("D3030", value: self[0].summary, index: 1)
        }
        return .number(number)
    }

    /// A decimal number, or a hexadecimal, octal or binary one with its prefix.
    private static func number(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        if bytes.count > 2, bytes[0] == UInt8(ascii: "0") {
            let radix: Int? =
                switch bytes[1] | 0x20 {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let radix {
                var value = 0.0
                for byte in bytes[2...] {
                    guard let digit = Int(String(UnicodeScalar(byte)), radix: radix) else { return nil }
                    value = value * Double(radix) + Double(digit)
                }
                return value
            }
        }
        var at = 0
        func digits() -> Bool {
            let start = at
            while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
            return at > start
        }
        if bytes.first == UInt8(ascii: "-") { at += 1 }
        guard digits() else { return nil }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            guard digits() else { return nil }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() else { return nil }
        }
        guard at == bytes.count else { return nil }
        let value = strtod(text, nil)
        return value.isFinite ? value : nil
    }

    func round() -> Value {
        guard let number = self[0].double else { return .undefined }
        return .number(Self.round(number, places: self[1].double ?? 0))
    }

    /// Rounds half to even at a number of decimal places, by the digits that a person sees.
    static func round(_ number: Double, places: Double) -> Double {
        guard number.isFinite else { return number }
        let places = Int(min(max(places.rounded(.towardZero), -400), 400))
        let shifted = places == 0 ? number : shift(number, by: places)
        let low = shifted.rounded(.down)
        var result = shifted - low >= 0.5 ? low + 1 : low
        if Swift.abs(result - shifted) == 0.5, Swift.abs(fmod(result, 2)) == 1 { result -= 1 }
        if places != 0 { result = shift(result, by: -places) }
        return result == 0 ? 0 : result
    }

    /// The number times a power of ten, without the error of a multiplication.
    private static func shift(_ number: Double, by places: Int) -> Double {
        if let (mantissa, fraction) = NumberText.short(number), abs(places) <= 15 {
            // Both are exact, so that the one operation rounds as reading the text would.
            let exponent = places - fraction
            return exponent < 0 ? Double(mantissa) / power(-exponent) : Double(mantissa) * power(exponent)
        }
        let parts = NumberWriting.text(number).split(separator: "e", maxSplits: 1)
        let exponent = parts.count > 1 ? Int(parts[1].drop { $0 == "+" }) ?? 0 : 0
        return strtod("\(parts[0])e\(exponent + places)", nil)
    }

    /// 10^`exponent`, exact up to 22.
    private static func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { power, _ in power * 10 } }

    func sqrt() throws(ExpressionError) -> Value {
        guard let number = self[0].double else { return .undefined }
        guard number >= 0 else { throw ExpressionError("D3060", value: self[0].summary, index: 1) }
        return .number(number.squareRoot())
    }

    func power() throws(ExpressionError) -> Value {
        guard let base = self[0].double else { return .undefined }
        guard let exponent = self[1].double else { return .undefined }
        let result = pow(base, exponent)
        guard result.isFinite else {
            throw ExpressionError("D3061", value: self[0].summary, second: self[1].summary, index: 1)
        }
        return .number(result)
    }

    func formatBase() throws(ExpressionError) -> Value {
        guard let number = self[0].double else { return .undefined }
        let radix = Self.round(self[1].double ?? 10, places: 0)
        guard radix >= 2, radix <= 36 else { throw ExpressionError("D3100", value: self[1].summary) }
        let whole = Self.round(number, places: 0)
        if let exact = Int64(exactly: whole) { return .string(String(exact, radix: Int(radix))) }
        var digits: [UInt8] = []
        var rest = Swift.abs(whole)
        while rest >= 1, digits.count < 1100 {
            let digit = fmod(rest, radix)
            digits.append(contentsOf: String(Int(digit), radix: Int(radix)).utf8)
            rest = ((rest - digit) / radix).rounded()
        }
        return .string((whole < 0 ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self))
    }
}
