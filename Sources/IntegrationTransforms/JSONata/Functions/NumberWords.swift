internal import Glibc

/// Numbers as English words, Roman numerals and letters.
enum NumberWords {
    private static let few = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
        "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
    ]
    private static let ordinals = [
        "Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
        "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth",
        "Nineteenth",
    ]
    private static let tens = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
    private static let magnitudes = ["Thousand", "Million", "Billion", "Trillion"]

    static func words(_ number: Double, ordinal: Bool) -> String { words(number, joined: false, ordinal) }

    private static func words(_ number: Double, joined: Bool, _ ordinal: Bool) -> String {
        if number < 20 {
            let index = Int(number)
            return (joined ? " and " : "") + (ordinal ? ordinals[index] : few[index])
        }
        if number < 100 {
            let ten = tens[Int(number / 10) - 2]
            let rest = fmod(number, 10)
            let start = (joined ? " and " : "") + ten
            if rest > 0 { return start + "-" + words(rest, joined: false, ordinal) }
            return ordinal ? start.dropLast() + "ieth" : start
        }
        let factor: Double
        let name: String
        if number < 1000 {
            factor = 100
            name = "Hundred"
        } else {
            let magnitude = min(Int(log10(number) / 3), magnitudes.count)
            factor = pow(1000, Double(magnitude))
            name = magnitudes[magnitude - 1]
        }
        let count = (number / factor).rounded(.down)
        let rest = number - count * factor
        let start = (joined ? ", " : "") + words(count, joined: false, false) + " " + name
        if rest > 0 { return start + words(rest, joined: true, ordinal) }
        return ordinal ? start + "th" : start
    }

    private static let values: [String: Double] = {
        var values: [String: Double] = ["hundred": 100, "hundredth": 100]
        for (index, word) in few.enumerated() { values[word.lowercased()] = Double(index) }
        for (index, word) in ordinals.enumerated() { values[word.lowercased()] = Double(index) }
        for (index, word) in tens.enumerated() {
            let lower = word.lowercased()
            values[lower] = Double(index + 2) * 10
            values[lower.dropLast() + "ieth"] = Double(index + 2) * 10
        }
        for (index, word) in magnitudes.enumerated() {
            let lower = word.lowercased()
            values[lower] = pow(1000, Double(index + 1))
            values[lower + "th"] = pow(1000, Double(index + 1))
        }
        return values
    }()

    /// Whether a lower-case word can be part of a number in words.
    static func isWord(_ word: String) -> Bool { values[word] != nil || word == "and" }

    static func number(words text: String) -> Double {
        var segments: [Double] = [0]
        let parts = text.split { $0 == " " || $0 == "," || $0 == "-" || $0 == "\\" || $0 == "\t" || $0 == "\n" }
        for part in parts where part != "and" {
            guard let value = values[String(part)] else { return .nan }
            var top = segments.removeLast()
            if value < 100 {
                if top >= 1000 {
                    segments.append(top)
                    top = 0
                }
                segments.append(top + value)
            } else {
                segments.append(top * value)
            }
        }
        return segments.reduce(0, +)
    }

    // MARK: Roman numerals

    private static let numerals: [(Double, String)] = [
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
        (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ]

    static func roman(_ number: Double) -> String {
        var rest = min(number, 1_000_000)
        var text = ""
        for (value, numeral) in numerals {
            while rest >= value {
                text += numeral
                rest -= value
            }
        }
        return text
    }

    static func number(roman text: String) -> Double {
        let values: [Character: Double] = ["M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1]
        var total = 0.0
        var most = 1.0
        for character in text.reversed() {
            guard let value = values[character] else { return .nan }
            if value < most {
                total -= value
            } else {
                most = value
                total += value
            }
        }
        return total
    }

    // MARK: Letters, as spreadsheets count columns

    static func letters(_ number: Double, _ first: UInt8) -> String {
        var letters: [UInt8] = []
        var rest = number
        while rest > 0, letters.count < 300 {
            letters.append(UInt8(fmod(rest - 1, 26)) + first)
            rest = ((rest - 1) / 26).rounded(.down)
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func number(letters text: String, _ first: UInt8) -> Double {
        text.unicodeScalars.reduce(0) { $0 * 26 + Double($1.value) - Double(first) + 1 }
    }
}
