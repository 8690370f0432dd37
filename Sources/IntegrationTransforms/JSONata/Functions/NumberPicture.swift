internal import Glibc
internal import IntegrationDocument

/// The symbols that a number picture is written with.
struct NumberSymbols {
    typealias Scalars = [UnicodeScalar]

    var decimal: UnicodeScalar = "."
    var grouping: UnicodeScalar = ","
    var exponent: UnicodeScalar = "e"
    var minus = "-"
    var percent: UnicodeScalar = "%"
    var perMille: UnicodeScalar = "\u{2030}"
    var zero: UnicodeScalar = "0"
    var digit: UnicodeScalar = "#"
    var pattern: UnicodeScalar = ";"

    /// The defaults with what `options` sets otherwise.
    init(_ options: Value) {
        for (key, value) in options.members {
            guard let text = value.string, let first = text.unicodeScalars.first else { continue }
            switch key {
            case "decimal-separator": decimal = first
            case "grouping-separator": grouping = first
            case "exponent-separator": exponent = first
            case "minus-sign": minus = text
            case "percent": percent = first
            case "per-mille": perMille = first
            case "zero-digit": zero = first
            case "digit": digit = first
            case "pattern-separator": pattern = first
            default: continue
            }
        }
    }

    func isDigit(_ scalar: UnicodeScalar) -> Bool { scalar.value >= zero.value && scalar.value < zero.value + 10 }

    func isActive(_ scalar: UnicodeScalar) -> Bool {
        isDigit(scalar) || scalar == decimal || scalar == exponent || scalar == grouping || scalar == digit
            || scalar == pattern
    }
}

/// One sub-picture of `$formatNumber`, analysed.
///
/// - Source: XPath and XQuery Functions and Operators 3.1, 4.7.
struct NumberPicture {
    typealias Scalars = [UnicodeScalar]

    var prefix: Scalars
    let suffix: Scalars
    let picture: Scalars
    let integerGroups: [Int]
    let regularGroup: Int
    let fractionGroups: [Int]
    let minimumInteger: Int
    let scaling: Int
    let minimumFraction: Int
    let maximumFraction: Int
    let minimumExponent: Int

    /// - Throws: D3081 to D3093 where the picture breaks the rules of 4.7.3.
    init(_ picture: Scalars, _ symbols: NumberSymbols) throws(ExpressionError) {
        self.picture = picture
        func bounds(_ scalar: UnicodeScalar) -> Bool { symbols.isActive(scalar) && scalar != symbols.exponent }
        guard let first = picture.firstIndex(where: bounds), let last = picture.lastIndex(where: bounds) else {
            throw ExpressionError("D3085")
        }
        prefix = Array(picture[..<first])
        suffix = Array(picture[(last + 1)...])
        let active = Array(picture[first...last])
        var mantissa = active
        var exponent: Scalars?
        if let mark = picture[first...].firstIndex(of: symbols.exponent), mark <= picture.count - suffix.count {
            mantissa = Array(active.prefix(mark - first))
            exponent = Array(active.dropFirst(mark - first + 1))
        }
        let point = mantissa.firstIndex(of: symbols.decimal)
        let integer = point.map { Array(mantissa[..<$0]) } ?? mantissa
        let fraction = point.map { Array(mantissa[($0 + 1)...]) } ?? suffix
        try Self.validate(
            picture, active: active, mantissa: mantissa, integer: integer, fraction: fraction, exponent: exponent,
            symbols)

        func isAnyDigit(_ scalar: UnicodeScalar) -> Bool { symbols.isDigit(scalar) || scalar == symbols.digit }
        var groups: [Int] = []
        for (index, scalar) in integer.enumerated() where scalar == symbols.grouping {
            groups.append(integer[index...].filter(isAnyDigit).count)
        }
        integerGroups = groups
        regularGroup = Self.regular(groups)
        var fractionGroups: [Int] = []
        for (index, scalar) in fraction.enumerated() where scalar == symbols.grouping {
            fractionGroups.append(fraction[..<index].filter(isAnyDigit).count)
        }
        self.fractionGroups = fractionGroups

        var minimumInteger = integer.filter(symbols.isDigit).count
        scaling = minimumInteger
        var minimumFraction = fraction.filter(symbols.isDigit).count
        var maximumFraction = fraction.filter(isAnyDigit).count
        if minimumInteger == 0, maximumFraction == 0 {
            if exponent != nil {
                minimumFraction = 1
                maximumFraction = 1
            } else {
                minimumInteger = 1
            }
        }
        if exponent != nil, minimumInteger == 0, integer.contains(symbols.digit) { minimumInteger = 1 }
        if minimumInteger == 0, minimumFraction == 0 { minimumFraction = 1 }
        self.minimumInteger = minimumInteger
        self.minimumFraction = minimumFraction
        self.maximumFraction = maximumFraction
        minimumExponent = exponent?.filter(symbols.isDigit).count ?? 0
    }

    private static func validate(
        _ picture: Scalars, active: Scalars, mantissa: Scalars, integer: Scalars, fraction: Scalars,
        exponent: Scalars?, _ symbols: NumberSymbols
    ) throws(ExpressionError) {
        // The last rule that is broken is the one reported.
        var code: String?
        func count(_ scalar: UnicodeScalar) -> Int { picture.filter { $0 == scalar }.count }
        if count(symbols.decimal) > 1 { code = "D3081" }
        if count(symbols.percent) > 1 { code = "D3082" }
        if count(symbols.perMille) > 1 { code = "D3083" }
        if count(symbols.percent) > 0, count(symbols.perMille) > 0 { code = "D3084" }
        if !mantissa.contains(where: { symbols.isDigit($0) || $0 == symbols.digit }) { code = "D3085" }
        if active.contains(where: { !symbols.isActive($0) }) { code = "D3086" }
        if let point = picture.firstIndex(of: symbols.decimal) {
            let before = point > 0 ? picture[point - 1] : nil
            let after = point + 1 < picture.count ? picture[point + 1] : nil
            if before == symbols.grouping || after == symbols.grouping { code = "D3087" }
        } else if integer.last == symbols.grouping {
            code = "D3088"
        }
        if zip(picture, picture.dropFirst()).contains(where: { $0 == symbols.grouping && $1 == symbols.grouping }) {
            code = "D3089"
        }
        if let optional = integer.firstIndex(of: symbols.digit), integer[..<optional].contains(where: symbols.isDigit) {
            code = "D3090"
        }
        if let optional = fraction.lastIndex(of: symbols.digit),
            fraction[optional...].contains(where: symbols.isDigit)
        {
            code = "D3091"
        }
        if let exponent {
            if !exponent.isEmpty, count(symbols.percent) + count(symbols.perMille) > 0 { code = "D3092" }
            if exponent.isEmpty || exponent.contains(where: { !symbols.isDigit($0) }) { code = "D3093" }
        }
        if let code { throw ExpressionError(code) }
    }

    /// The distance between grouping separators where it is the same everywhere, else 0.
    static func regular(_ positions: [Int]) -> Int {
        func gcd(_ one: Int, _ two: Int) -> Int { two == 0 ? one : gcd(two, one % two) }
        guard let first = positions.first else { return 0 }
        let factor = positions.dropFirst().reduce(first, gcd)
        guard factor > 0 else { return 0 }
        return (1...positions.count).allSatisfy { positions.contains($0 * factor) } ? factor : 0
    }

    // MARK: Formatting (4.7.5)

    func format(_ value: Double, _ symbols: NumberSymbols) -> String {
        var number = value
        if picture.contains(symbols.percent) {
            number *= 100
        } else if picture.contains(symbols.perMille) {
            number *= 1000
        }
        var exponent: Int?
        if minimumExponent > 0 {
            (number, exponent) = scaled(number)
        }
        let rounded = BuiltinCall.round(number, places: Double(maximumFraction))
        var digits = Self.digits(rounded, maximumFraction, symbols)
        var point = digits.firstIndex(of: ".") ?? digits.count
        if point == digits.count { digits.append(".") }
        digits[point] = symbols.decimal
        while digits.first == symbols.zero { digits.removeFirst() }
        while digits.last == symbols.zero { digits.removeLast() }
        point = digits.firstIndex(of: symbols.decimal) ?? 0
        let left = minimumInteger - point
        let right = minimumFraction - (digits.count - point - 1)
        digits.insert(contentsOf: Array(repeating: symbols.zero, count: max(0, left)), at: 0)
        digits += Array(repeating: symbols.zero, count: max(0, right))
        group(&digits, symbols)
        point = digits.firstIndex(of: symbols.decimal) ?? 0
        if !picture.contains(symbols.decimal) || point == digits.count - 1 { digits.removeLast() }
        var out = prefix + digits
        if let exponent {
            var text = Self.digits(Double(exponent), 0, symbols)
            text.insert(
                contentsOf: Array(repeating: symbols.zero, count: max(0, minimumExponent - text.count)), at: 0)
            out.append(symbols.exponent)
            if exponent < 0 { out += Array(symbols.minus.unicodeScalars) }
            out += text
        }
        return Self.string(out + suffix)
    }

    /// Mantissa and exponent so that the mantissa has as many digits before the point as the picture.
    private func scaled(_ value: Double) -> (Double, Int) {
        guard value.isFinite, value != 0 else { return (value, 0) }
        let most = pow(10, Double(scaling))
        let least = pow(10, Double(scaling - 1))
        var mantissa = value
        var exponent = 0
        while abs(mantissa) < least {
            mantissa *= 10
            exponent -= 1
        }
        while abs(mantissa) > most {
            mantissa /= 10
            exponent += 1
        }
        return (mantissa, exponent)
    }

    private func group(_ digits: inout Scalars, _ symbols: NumberSymbols) {
        var point = digits.firstIndex(of: symbols.decimal) ?? digits.count
        if regularGroup > 0 {
            var count = max(0, (point - 1) / regularGroup)
            while count > 0 {
                digits.insert(symbols.grouping, at: point - count * regularGroup)
                point += 1
                count -= 1
            }
        } else {
            for position in integerGroups where position <= point {
                digits.insert(symbols.grouping, at: point - position)
                point += 1
            }
        }
        point = digits.firstIndex(of: symbols.decimal) ?? digits.count
        for position in fractionGroups where point + 1 + position <= digits.count {
            digits.insert(symbols.grouping, at: point + 1 + position)
        }
    }

    private static func digits(_ value: Double, _ places: Int, _ symbols: NumberSymbols) -> Scalars {
        NumberWriting.fixed(abs(value), places).unicodeScalars.map { scalar in
            guard scalar.value &- 0x30 < 10 else { return scalar }
            return UnicodeScalar(symbols.zero.value + scalar.value - 0x30) ?? scalar
        }
    }

    private static func string(_ scalars: Scalars) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

extension BuiltinCall {
    func formatNumber() throws(ExpressionError) -> Value {
        guard let number = self[0].double else { return .undefined }
        let symbols = NumberSymbols(self[2])
        let picture = Array((try picture(1) ?? "undefined").unicodeScalars)
        let parts = picture.split(separator: symbols.pattern, omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw ExpressionError("D3080") }
        var pictures: [NumberPicture] = []
        for part in parts { pictures.append(try NumberPicture(Array(part), symbols)) }
        if pictures.count == 1 {
            var negative = pictures[0]
            negative.prefix = Array(symbols.minus.unicodeScalars) + negative.prefix
            pictures.append(negative)
        }
        return .string(pictures[number >= 0 ? 0 : 1].format(number, symbols))
    }
}
