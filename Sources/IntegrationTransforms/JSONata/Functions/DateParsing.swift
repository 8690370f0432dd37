internal import IntegrationDocument

/// Reads timestamps: by a picture, or by ISO 8601.
struct DateParsing {
    let now: CalendarDate

    // MARK: By a picture

    /// Milliseconds since 1970; nil where the text does not match the picture.
    ///
    /// - Throws: D3136 where the picture leaves a gap between the parts of the time, D3133 for a name where there is none.
    func parse(_ text: String, _ picture: String) throws(ExpressionError) -> Double? {
        let parts = try DatePicture(picture).parts
        for case .marker(let marker) in parts { try Self.checkNames(marker) }
        guard let found = try Self.match(Array(text), parts) else { return nil }
        return try milliseconds(found)
    }

    private static func checkNames(_ marker: DatePicture.Marker) throws(ExpressionError) {
        if let integer = marker.integer {
            if case .sequence(let picture) = integer.form { throw ExpressionError("D3130", value: picture) }
        } else if !"MxFP".contains(marker.component) {
            throw ExpressionError("D3133", value: String(marker.component))
        }
    }

    private typealias Values = [Character: Double]

    /// What each component says; nil where the text does not match.
    private static func match(
        _ text: [Character], _ parts: [DatePicture.Part]
    ) throws(ExpressionError) -> Values? {
        var spans: [Range<Int>] = []
        // The parts are tried greedily, giving characters back as a regular expression would.
        func walk(_ part: Int, _ at: Int) -> Bool {
            guard part < parts.count else { return at == text.count }
            for length in lengths(parts[part], text[at...]) {
                spans.append(at..<(at + length))
                if walk(part + 1, at + length) { return true }
                spans.removeLast()
            }
            return false
        }
        guard walk(0, 0) else { return nil }
        var values: Values = [:]
        for (part, span) in zip(parts, spans) {
            guard case .marker(let marker) = part else { continue }
            let value = try value(of: marker, String(text[span]))
            if let value { values[marker.component] = value }
        }
        return values
    }

    /// The lengths that a part may take of what is left, longest first.
    private static func lengths(_ part: DatePicture.Part, _ rest: ArraySlice<Character>) -> [Int] {
        func run(_ accepts: (Character) -> Bool) -> [Int] {
            let count = rest.prefix(while: accepts).count
            return count == 0 ? [] : Array((1...count).reversed())
        }
        func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
        let marker: DatePicture.Marker
        switch part {
        case .literal(let literal):
            let wanted = literal.lowercased()
            return String(rest.prefix(literal.count)).lowercased() == wanted ? [literal.count] : []
        case .marker(let found): marker = found
        }
        guard let integer = marker.integer else { return run { $0.isASCII && $0.isLetter } }
        if marker.component == "Z" || marker.component == "z" { return zoneLengths(marker, integer, rest) }
        switch integer.form {
        case .letters: return run { $0.isASCII && $0.isLetter }
        case .roman: return run { "MDCLXVImdclxvi".contains($0) }
        case .words: return wordLengths(rest)
        case .sequence: return []
        case .decimal:
            let digits = rest.prefix(while: isDigit).count
            var lengths = digits == 0 ? [] : Array((1...digits).reversed())
            if let width = integer.width { lengths = digits >= width ? [width] : [] }
            guard integer.isOrdinal else { return lengths }
            return lengths.compactMap { length in
                let suffix = String(rest.dropFirst(length).prefix(2)).lowercased()
                return ["th", "st", "nd", "rd"].contains(suffix) ? length + 2 : nil
            }
        }
    }

    private static func wordLengths(_ rest: ArraySlice<Character>) -> [Int] {
        var lengths: [Int] = []
        var word = ""
        for (index, character) in rest.enumerated() {
            if character.isASCII, character.isLetter {
                word += character.lowercased()
                if NumberWords.isWord(word) { lengths.append(index + 1) }
            } else {
                guard " -,".contains(character), word.isEmpty || NumberWords.isWord(word) else { break }
                word = ""
                lengths.append(index + 1)
            }
        }
        return lengths.reversed()
    }

    private static func zoneLengths(
        _ marker: DatePicture.Marker, _ integer: IntegerPicture, _ rest: ArraySlice<Character>
    ) -> [Int] {
        var at = rest.startIndex
        if marker.component == "z" {
            guard String(rest.prefix(3)).uppercased() == "GMT" else { return [] }
            at += 3
        }
        guard at < rest.endIndex, rest[at] == "+" || rest[at] == "-" else { return [] }
        at += 1
        func digits() -> Int {
            let count = rest[at...].prefix { $0.isASCII && $0.isNumber }.count
            at += count
            return count
        }
        let first = digits()
        guard first > 0 else { return [] }
        if let separator = integer.regular {
            guard at < rest.endIndex, rest[at] == Character(separator.character) else { return [] }
            at += 1
            let second = digits()
            guard second > 0 else { return [] }
            return (0..<second).map { at - $0 - rest.startIndex }
        }
        return (0..<first).map { at - $0 - rest.startIndex }
    }

    private static func value(of marker: DatePicture.Marker, _ text: String) throws(ExpressionError) -> Double? {
        if marker.component == "Z" || marker.component == "z" { return zone(marker, text) }
        if let integer = marker.integer {
            if marker.component == "f", case .decimal = integer.form {
                // A fraction of a second: as many digits as there are, of which three count.
                let digits = text.prefix(3)
                guard text.count > 3 else { return Double(text) }
                return Double(digits)
            }
            let value = try integer.parse(text)
            return value.isNaN ? nil : value
        }
        func place(_ names: [String]) -> Double? {
            let width = marker.mostWidth ?? .max
            return names.firstIndex { String($0.prefix(width)) == text }.map { Double($0 + 1) }
        }
        switch marker.component {
        case "M", "x": return place(CalendarDate.months)
        case "F": return place(CalendarDate.weekdays)
        default: return text.lowercased() == "pm" ? 1 : text.lowercased() == "am" ? 0 : nil
        }
    }

    /// An offset in minutes.
    private static func zone(_ marker: DatePicture.Marker, _ text: String) -> Double? {
        let text = marker.component == "z" ? String(text.dropFirst(3)) : text
        let sign = text.hasPrefix("-") ? -1.0 : 1.0
        let digits = text.dropFirst()
        let hours: Double?
        var minutes: Double? = 0
        if let separator = marker.integer?.regular,
            let mark = digits.unicodeScalars.firstIndex(of: separator.character)
        {
            hours = Double(digits[..<mark])
            minutes = Double(digits[digits.index(after: mark)...])
        } else if digits.count <= 2 {
            hours = Double(digits)
        } else {
            hours = Double(digits.prefix(2))
            minutes = Double(digits.dropFirst(2))
        }
        guard let hours, let minutes else { return nil }
        return sign * (hours * 60 + minutes)
    }

    // MARK: From components to a moment

    private func milliseconds(_ found: Values) throws(ExpressionError) -> Double? {
        guard !found.isEmpty else { return nil }
        var values = found
        func has(_ letters: String) -> Bool { letters.contains { (found[$0] ?? 0) != 0 } }
        func only(_ letters: String, of all: String) -> Bool {
            has(letters) && !has(String(all.filter { !letters.contains($0) }))
        }
        let all = "YXMxWwdD"
        let dateA = only("YMD", of: all)
        let dateB = !dateA && only("Yd", of: all)
        let dateC = only("XxwF", of: all)
        let dateD = !dateC && only("XWF", of: all)
        let timeA = only("Hmsf", of: "PHhmsf")
        let timeB = !timeA && only("Phmsf", of: "PHhmsf")
        let components =
            (dateB ? "YD" : dateC ? "XxwF" : dateD ? "XWF" : "YMD") + (timeB ? "Phmsf" : "Hmsf")
        var hasStarted = false
        var hasEnded = false
        for letter in components {
            if values[letter] == nil {
                if hasStarted {
                    values[letter] = "MDd".contains(letter) ? 1 : 0
                    hasEnded = true
                } else {
                    values[letter] = Double(now.component(letter) ?? 0)
                }
            } else {
                hasStarted = true
                if hasEnded { throw ExpressionError("D3136") }
            }
        }
        if dateC || dateD { throw ExpressionError("D3136") }
        let year = values["Y"] ?? 0
        var days = Double(CalendarDate.days(year: Self.whole(year), month: 1))
        if dateB {
            days += (values["d"] ?? 1) - 1
        } else {
            let month = max(1, values["M"] ?? 1)
            days = Double(CalendarDate.days(year: Self.whole(year), month: Self.whole(month))) + (values["D"] ?? 1) - 1
        }
        var hour = values["H"] ?? 0
        if timeB {
            hour = (values["h"] ?? 0) == 12 ? 0 : values["h"] ?? 0
            if values["P"] == 1 { hour += 12 }
        }
        let seconds = hour * 3600 + (values["m"] ?? 0) * 60 + (values["s"] ?? 0)
        var result = days * 86_400_000 + seconds * 1000 + (values["f"] ?? 0)
        if let zone = values["Z"] ?? values["z"] { result -= zone * 60_000 }
        return result
    }

    private static func whole(_ value: Double) -> Int { Int(min(max(value, -300_000), 300_000)) }

    // MARK: ISO 8601

    /// Milliseconds since 1970 of a timestamp such as `2018-02-01T09:42:13.123+0100`; nil where it is none.
    static func iso8601(_ text: String) -> Double? {
        var bytes = Array(text.utf8)[...]
        func number(_ count: Int) -> Int? {
            guard bytes.count >= count, bytes.prefix(count).allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func take(_ byte: UInt8) -> Bool {
            guard bytes.first == byte else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4) else { return nil }
        var month = 1
        var day = 1
        var seconds = 0.0
        if take(UInt8(ascii: "-")) {
            guard let value = number(2), (1...12).contains(value) else { return nil }
            month = value
            if take(UInt8(ascii: "-")) {
                guard let value = number(2), (1...31).contains(value) else { return nil }
                day = value
            }
        }
        if take(UInt8(ascii: "T")) {
            guard let hour = number(2), take(UInt8(ascii: ":")), let minute = number(2), take(UInt8(ascii: ":")),
                let second = number(2), hour < 24 || hour == 24 && minute == 0 && second == 0, minute < 60, second < 60
            else { return nil }
            seconds = Double(hour * 3600 + minute * 60 + second)
            if take(UInt8(ascii: ".")) {
                let digits = bytes.prefix { $0 &- 0x30 < 10 }
                guard !digits.isEmpty else { return nil }
                bytes = bytes.dropFirst(digits.count)
                let kept = digits.prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
                seconds += Double(kept * [100, 10, 1][min(digits.count, 3) - 1]) / 1000
            }
            if !take(UInt8(ascii: "Z")), let sign = bytes.first {
                guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
                bytes = bytes.dropFirst()
                guard let hours = number(2) else { return nil }
                _ = take(UInt8(ascii: ":"))
                guard let minutes = number(2) else { return nil }
                seconds -= Double(hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
            }
        }
        guard bytes.isEmpty else { return nil }
        let days = Double(CalendarDate.days(year: year, month: month)) + Double(day - 1)
        return (days * 86_400_000 + seconds * 1000).rounded()
    }
}

extension BuiltinCall {
    func toMillis() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        guard let picture = try picture(1) else {
            guard let milliseconds = DateParsing.iso8601(text) else { throw ExpressionError("D3110", value: text) }
            return .number(milliseconds)
        }
        try evaluator.charge(text.utf8.count)
        let parsing = DateParsing(now: CalendarDate(milliseconds: evaluator.milliseconds))
        return try parsing.parse(text, picture).map { .number($0) } ?? .undefined
    }
}
