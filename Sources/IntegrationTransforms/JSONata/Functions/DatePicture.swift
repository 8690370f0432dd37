internal import IntegrationDocument

/// The picture of `$fromMillis` and `$toMillis`, analysed: literal text and components.
///
/// - Source: XPath and XQuery Functions and Operators 3.1, 9.8.4; `X` and `x` (year and month of a week) are
///   JSONata's own.
struct DatePicture {
    struct Marker {
        var component: Character
        /// Whether the component is written as a name, and how.
        var names: IntegerPicture.Case?
        var integer: IntegerPicture?
        var leastWidth: Int?
        var mostWidth: Int?
        /// Digits that a year is cut to.
        var yearDigits: Int?
        /// Whether an offset of zero is written as `Z`.
        var writesZ = false
    }

    enum Part {
        case literal(String)
        case marker(Marker)
    }

    private(set) var parts: [Part] = []

    private static let defaults: [Character: String] = [
        "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1", "H": "1", "h": "1",
        "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01", "C": "n", "E": "n",
    ]
    private static let integers = "YMDdFWwXxHhmsf"

    /// - Throws: D3132 for an unknown component, D3135 for an open bracket, D3131 for digits of two scripts.
    init(_ text: String) throws(ExpressionError) {
        let characters = Array(text)
        var literal = ""
        var at = 0
        func character(_ index: Int) -> Character? { index < characters.count ? characters[index] : nil }
        while at < characters.count {
            let next = characters[at]
            guard next == "[" else {
                // A doubled ] stands for one.
                if next == "]", character(at + 1) == "]" { at += 1 }
                literal.append(next)
                at += 1
                continue
            }
            if character(at + 1) == "[" {
                literal.append("[")
                at += 2
                continue
            }
            guard let close = characters[at...].firstIndex(of: "]") else { throw ExpressionError("D3135") }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            let marker = try Self.marker(characters[(at + 1)..<close].filter { !$0.isWhitespace })
            fixWidthOfLast(before: marker)
            parts.append(.marker(marker))
            at = close + 1
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
    }

    /// Of two numbers with nothing between them the first has as many digits as its picture.
    private mutating func fixWidthOfLast(before next: Marker) {
        guard next.names == nil, Self.integers.contains(next.component), case .marker(var last)? = parts.last,
            let width = last.integer?.mandatoryDigits, width > 0
        else { return }
        last.integer?.width = width
        parts[parts.count - 1] = .marker(last)
    }

    private static func marker(_ text: [Character]) throws(ExpressionError) -> Marker {
        var marker = Marker(component: text.first ?? " ")
        var modifier = Array(text.dropFirst())
        if let comma = modifier.lastIndex(of: ",") {
            let width = modifier[(comma + 1)...].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            marker.leastWidth = width.first.flatMap { Int(String($0)) }
            marker.mostWidth = width.count > 1 ? Int(String(width[1])) : nil
            modifier = Array(modifier[..<comma])
        }
        var second: Character?
        if modifier.count > 1, let last = modifier.last, "atco".contains(last) {
            second = last
            modifier.removeLast()
        }
        guard let standard = defaults[marker.component] else {
            if !modifier.isEmpty { return marker }
            throw ExpressionError("D3132", value: String(marker.component))
        }
        let presentation = modifier.isEmpty ? standard : String(modifier)
        marker.writesZ = second == "t"
        if presentation.hasPrefix("n") {
            marker.names = .lower
        } else if presentation.hasPrefix("N") {
            marker.names = presentation.hasPrefix("Nn") ? .title : .upper
        } else if integers.contains(marker.component) {
            var integer = try IntegerPicture(presentation + (second.map { ";\($0)" } ?? ""))
            if let least = marker.leastWidth { integer.mandatoryDigits = max(integer.mandatoryDigits, least) }
            if marker.component == "Y" {
                if let most = marker.mostWidth {
                    marker.yearDigits = most
                    integer.mandatoryDigits = most
                } else if integer.mandatoryDigits + integer.optionalDigits >= 2 {
                    marker.yearDigits = integer.mandatoryDigits + integer.optionalDigits
                }
            }
            marker.integer = integer
        }
        if marker.component == "Z" || marker.component == "z" { marker.integer = try IntegerPicture(presentation) }
        return marker
    }

    // MARK: Formatting

    private static let standard: String = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

    /// Formats milliseconds since 1970; without a picture by ISO 8601.
    ///
    /// - Parameter zone: an offset such as `+0100`; nil for UTC.
    /// - Throws: D3133 for a name where there is none, D3134 for too many digits in a time zone.
    static func format(_ milliseconds: Double, _ picture: String?, zone: String?) throws(ExpressionError) -> String {
        let offset = zone.map { Self.leadingInteger($0) } ?? 0
        let hours = offset >= 0 ? offset / 100 : -((-offset + 99) / 100)
        let minutes = offset % 100
        let shift = Double(60 * hours + minutes) * 60_000
        guard abs(milliseconds + shift) <= 8.64e15 else {
            throw ExpressionError("D3110", value: NumberWriting.text(milliseconds))
        }
        let date = CalendarDate(milliseconds: Int64((milliseconds + shift).rounded(.towardZero)))
        var out = ""
        for part in try DatePicture(picture ?? standard).parts {
            switch part {
            case .literal(let text): out += text
            case .marker(let marker): out += try Self.text(of: marker, date, hours, minutes)
            }
        }
        return out
    }

    private static func leadingInteger(_ text: String) -> Int {
        let sign = text.hasPrefix("-") ? -1 : 1
        let digits = text.drop { $0 == "+" || $0 == "-" }.prefix { $0.isASCII && $0.isNumber }.prefix(6)
        return sign * (Int(digits) ?? 0)
    }

    private static func text(
        of marker: Marker, _ date: CalendarDate, _ hours: Int, _ minutes: Int
    ) throws(ExpressionError) -> String {
        switch marker.component {
        case "Z", "z": return try zone(marker, hours, minutes)
        case "C", "E": return "ISO"
        case "P":
            let text = date.hour >= 12 ? "pm" : "am"
            return marker.names == .upper ? text.uppercased() : text
        default: break
        }
        guard var value = date.component(marker.component) else { return "undefined" }
        if let names = marker.names {
            let name: String
            switch marker.component {
            case "M", "x": name = CalendarDate.months[value - 1]
            case "F": name = CalendarDate.weekdays[value - 1]
            default: throw ExpressionError("D3133", value: String(marker.component))
            }
            let cased = names == .upper ? name.uppercased() : names == .lower ? name.lowercased() : name
            return String(cased.prefix(marker.mostWidth ?? .max))
        }
        if let digits = marker.yearDigits, digits > 0, digits < 18 {
            value %= (0..<digits).reduce(1) { power, _ in power * 10 }
        }
        return try marker.integer?.format(Double(value)) ?? "\(value)"
    }

    private static func zone(_ marker: Marker, _ hours: Int, _ minutes: Int) throws(ExpressionError) -> String {
        let offset = hours * 100 + minutes
        guard let integer = marker.integer else { return "" }
        if offset == 0, marker.writesZ { return "Z" }
        var text: String
        if integer.regular != nil {
            text = try integer.format(Double(offset))
        } else {
            switch integer.mandatoryDigits {
            case 1, 2:
                text = try integer.format(Double(hours))
                if minutes != 0 { text += ":" + (minutes < 10 ? "0" : "") + "\(abs(minutes))" }
            case 3, 4: text = try integer.format(Double(offset))
            default: throw ExpressionError("D3134", value: "\(integer.mandatoryDigits)")
            }
        }
        if offset >= 0 { text = "+" + text }
        return marker.component == "z" ? "GMT" + text : text
    }
}

extension BuiltinCall {
    func fromMillis() throws(ExpressionError) -> Value {
        guard let milliseconds = self[0].double else { return .undefined }
        return .string(try DatePicture.format(milliseconds, try picture(1), zone: self[2].string))
    }

    func now() throws(ExpressionError) -> Value {
        .string(try DatePicture.format(Double(evaluator.milliseconds), try picture(0), zone: self[1].string))
    }
}
