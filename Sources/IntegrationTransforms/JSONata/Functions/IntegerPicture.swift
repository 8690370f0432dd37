internal import Glibc
internal import IntegrationDocument

/// The picture of `$formatInteger`, `$parseInteger` and of the numbers in dates, analysed.
///
/// - Source: XPath and XQuery Functions and Operators 3.1, 4.6.
struct IntegerPicture {
    enum Form {
        case decimal, letters, roman, words
        /// A numbering that is not supported.
        case sequence(String)
    }

    enum Case { case lower, upper, title }

    struct Separator: Equatable {
        var position: Int
        var character: UnicodeScalar
    }

    var form = Form.decimal
    var textCase = Case.lower
    var isOrdinal = false
    var zero: UInt32 = 0x30
    var mandatoryDigits = 0
    var optionalDigits = 0
    /// The separator that comes again at the same distance.
    var regular: Separator?
    var separators: [Separator] = []
    /// Number of digits to read, where it is fixed.
    var width: Int?

    private static let decimalZeros: [UInt32] = [
        0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
        0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
        0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    ]

    /// - Throws: D3131 for digits of two scripts.
    init(_ text: String) throws(ExpressionError) {
        var primary = text
        if let mark = text.lastIndex(of: ";") {
            primary = String(text[..<mark])
            isOrdinal = text[text.index(after: mark)...].hasPrefix("o")
        }
        switch primary {
        case "A", "a":
            form = .letters
            textCase = primary == "A" ? .upper : .lower
        case "I", "i":
            form = .roman
            textCase = primary == "I" ? .upper : .lower
        case "W", "w", "Ww":
            form = .words
            textCase = primary == "W" ? .upper : primary == "w" ? .lower : .title
        default: try readDigits(primary)
        }
    }

    private mutating func readDigits(_ primary: String) throws(ExpressionError) {
        var family: UInt32?
        var position = 0
        for scalar in primary.unicodeScalars.reversed() {
            if let zero = Self.decimalZeros.first(where: { scalar.value >= $0 && scalar.value < $0 + 10 }) {
                mandatoryDigits += 1
                position += 1
                guard family == nil || family == zero else { throw ExpressionError("D3131") }
                family = zero
            } else if scalar == "#" {
                optionalDigits += 1
                position += 1
            } else {
                separators.append(Separator(position: position, character: scalar))
            }
        }
        guard let family else {
            form = .sequence(primary)
            return
        }
        zero = family
        if let first = separators.first, separators.allSatisfy({ $0.character == first.character }) {
            let distance = NumberPicture.regular(separators.map(\.position))
            if distance > 0 { regular = Separator(position: distance, character: first.character) }
        }
    }

    // MARK: Formatting

    /// - Throws: D3130 for a numbering that is not supported.
    func format(_ value: Double) throws(ExpressionError) -> String {
        let magnitude = abs(value)
        var text: String
        switch form {
        case .letters: text = NumberWords.letters(magnitude, textCase == .upper ? 0x41 : 0x61)
        case .roman:
            text = NumberWords.roman(magnitude)
            if textCase == .upper { text = text.uppercased() }
        case .words:
            text = NumberWords.words(magnitude, ordinal: isOrdinal)
            switch textCase {
            case .upper: text = text.uppercased()
            case .lower: text = text.lowercased()
            case .title: break
            }
        case .decimal: text = decimal(magnitude)
        case .sequence(let picture): throw ExpressionError("D3130", value: picture)
        }
        return value < 0 ? "-" + text : text
    }

    private func decimal(_ magnitude: Double) -> String {
        var digits = Array(NumberWriting.text(magnitude).unicodeScalars)
        digits.insert(contentsOf: Array(repeating: "0", count: max(0, mandatoryDigits - digits.count)), at: 0)
        if zero != 0x30 { digits = digits.map { UnicodeScalar($0.value + zero - 0x30) ?? $0 } }
        if let regular {
            var count = (digits.count - 1) / regular.position
            let length = digits.count
            var inserted = 0
            while count > 0 {
                digits.insert(regular.character, at: length - count * regular.position + inserted)
                inserted += 1
                count -= 1
            }
        } else {
            // From left to right; each position counts from the end of what stands there by then.
            for separator in separators.reversed() where separator.position <= digits.count {
                digits.insert(separator.character, at: digits.count - separator.position)
            }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: digits)
        var text = String(view)
        if isOrdinal {
            let last = digits.last?.value ?? 0
            let isTeen = digits.count > 1 && digits[digits.count - 2] == "1"
            text += isTeen ? "th" : last == 0x31 ? "st" : last == 0x32 ? "nd" : last == 0x33 ? "rd" : "th"
        }
        return text
    }

    // MARK: Reading

    /// The number that a text written by this picture stands for; NaN where it stands for none.
    ///
    /// - Throws: D3130 for a numbering that is not supported.
    func parse(_ text: String) throws(ExpressionError) -> Double {
        switch form {
        case .letters: return NumberWords.number(letters: text, textCase == .upper ? 0x41 : 0x61)
        case .roman: return NumberWords.number(roman: text.uppercased())
        case .words: return NumberWords.number(words: text.lowercased())
        case .sequence(let picture): throw ExpressionError("D3130", value: picture)
        case .decimal:
            var scalars = Array(text.unicodeScalars)
            if isOrdinal { scalars = scalars.dropLast(2) }
            if regular != nil {
                scalars.removeAll { $0 == "," }
            } else {
                scalars.removeAll { scalar in separators.contains { $0.character == scalar } }
            }
            var value: Double?
            var isNegative = false
            for scalar in scalars {
                if value == nil, scalar == "-" {
                    isNegative = true
                    continue
                }
                guard scalar.value >= zero, scalar.value < zero + 10 else { break }
                value = (value ?? 0) * 10 + Double(scalar.value - zero)
            }
            return value.map { isNegative ? -$0 : $0 } ?? .nan
        }
    }
}

extension BuiltinCall {
    func formatInteger() throws(ExpressionError) -> Value {
        guard let number = self[0].double else { return .undefined }
        guard let picture = try picture(1) else { return .undefined }
        return .string(try IntegerPicture(picture).format(number.rounded(.down)))
    }

    func parseInteger() throws(ExpressionError) -> Value {
        guard let text = try picture(0), let picture = try picture(1) else { return .undefined }
        return .number(try IntegerPicture(picture).parse(text))
    }
}
