import TestSupport
import Testing

@testable import IntegrationDocument

@Suite("Reading and writing numbers")
struct NumberReadingTests {
    private func read(_ text: String) -> Double {
        var text = text
        // With bytes behind that look like more of the number.
        let length = text.utf8.count
        text += "123456789"
        return text.withUTF8 { NumberText.double($0.baseAddress!, length) }
    }

    private static func digits(_ count: Int, _ random: inout SplitMix) -> String {
        String(decoding: (0..<count).map { _ in UInt8(0x30 + random.below(10)) }, as: UTF8.self)
    }

    /// A number of the grammar, mostly of usual length.
    private static func number(_ random: inout SplitMix) -> String {
        var text = random.below(4) == 0 ? "-" : ""
        let length = random.below(10) == 0 ? random.below(30) : random.below(10)
        text += length == 0 ? "0" : "\(1 + random.below(9))" + digits(length - 1, &random)
        if random.below(2) == 0 { text += "." + digits(1 + random.below(random.below(8) == 0 ? 25 : 6), &random) }
        if random.below(4) == 0 {
            text += ["e", "E", "e+", "E-", "e-"][random.below(5)] + digits(1 + random.below(2), &random)
            if random.below(30) == 0 { text += digits(1, &random) }
        }
        return text
    }

    @Test("A million random numbers are read as the standard library reads them", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var wrong: [String] = []
        for _ in 0..<250_000 {
            let text = Self.number(&random)
            if read(text).bitPattern != Double(text)?.bitPattern { wrong.append(text) }
        }
        #expect(wrong.isEmpty, "\(wrong.count) are wrong, such as \(wrong.prefix(5))")
    }

    @Test("Random doubles survive being written and read")
    func roundTrip() throws {
        var random = SplitMix(seed: 9)
        var count = 0
        for _ in 0..<50_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            count += 1
            let text = try #require(NumberText.text(of: value))
            #expect(ReferenceGrammar.check(Array(text.utf8)).isValid, "\(text)")
            #expect(read(text) == value, "\(text)")
        }
        #expect(count > 40_000)
    }

    @Test("Numbers at the borders of what a double can hold")
    func borders() {
        for text in [
            "0", "-0", "0.0", "9007199254740991", "9007199254740992", "9007199254740993", "18014398509481985", "1e22",
            "1e23", "1e-22", "1e-23", "9007199254740993e22", "1.7976931348623157e308", "5e-324", "4.9e-325",
            "2.2250738585072011e-308", "1e308", "123456789012345678901234567890", "0.000000000000000000000000000001",
            "9999999999999999999", "10000000000000000000", "1e0000000000000000000000001", "1e-0", "0e999",
            "1.00000000e2",
            "8.41e21", "9223372036854775807", "9223372036854775808", "1E+2",
        ] {
            #expect(read(text).bitPattern == Double(text)?.bitPattern, "\(text)")
        }
        #expect(read("1e400") == .infinity)
        #expect(read("-1e400") == -.infinity)
        #expect(read("1e99999999999999999999") == .infinity)
        #expect(read("1e-99999999999999999999") == 0)
    }

    @Test("Integers of 64 bits are read exactly, others are none")
    func integers() throws {
        let cases: [(String, Int64?)] = [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999", nil), ("1.0", 1),
            ("1e3", 1000), ("-2.50e1", -25), ("1.5", nil), ("1e400", nil),
            ("9007199254740991.0", 9_007_199_254_740_991),
            ("1e19", nil), ("0.0", 0), ("123456789012345678", 123_456_789_012_345_678),
        ]
        for (text, value) in cases {
            try Document("[\(text)]", policy: .lenient).withRoot { #expect($0[0]?.integer == value, "\(text)") }
        }
        try Document(#"["1", true, null, {}, []]"#).withRoot { root in
            for element in root.elements {
                #expect(element.integer == nil)
                #expect(element.double == nil)
            }
        }
    }

    @Test("Doubles are written as ECMAScript writes them")
    func ecmaScript() {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (1.5, "1.5"), (0.1, "0.1"), (100, "100"),
            (123456789, "123456789"),
            (1e20, "100000000000000000000"), (1e21, "1e+21"), (123e19, "1.23e+21"), (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"), (1.23e-7, "1.23e-7"), (0.00012, "0.00012"), (-1.5e-9, "-1.5e-9"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (9_007_199_254_740_992, "9007199254740992"),
            (9_007_199_254_740_994, "9007199254740994"), (123_456_789_012_345_683_968, "123456789012345680000"),
            (0.1 + 0.2, "0.30000000000000004"), (1 / 3, "0.3333333333333333"), (4.35, "4.35"),
            (1e15 + 0.5, "1000000000000000.5"),
        ]
        for (value, text) in cases { #expect(NumberText.text(of: value) == text) }
        #expect(NumberText.text(of: .nan) == nil)
        #expect(NumberText.text(of: .infinity) == nil)
        #expect(NumberText.text(of: -.infinity) == nil)
    }

    @Test("Texts of doubles read back the same and have no digit too many")
    func shortestTexts() {
        var random = SplitMix(seed: 7)
        for round in 0..<40_000 {
            let value: Double =
                switch round % 4 {
                case 0: Double(bitPattern: random.next())
                case 1: Double(random.below(100_000_000)) / 100
                case 2: Double(random.below(1_000_000)) * Double(random.below(10_000)) / 1000
                default: Double(Int64(bitPattern: random.next()) >> Int64(random.below(64))) / 1_000_000
                }
            guard value.isFinite else { continue }
            let text = NumberText.text(of: value) ?? ""
            #expect(Double(text) == value)
            // The digits are those of Swift's own shortest description.
            #expect(Self.digits(text) == Self.digits("\(value)"), "\(value)")
            if NumberText.short(value) != nil { #expect(Self.digits(text).count <= 15) }
        }
    }

    /// The significant digits of a number's text.
    private static func digits(_ text: String) -> String {
        let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber)
        let trimmed = mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" }.reversed()
        return String(trimmed)
    }

    @Test("Numbers are equal and ordered by their exact value")
    func exactValues() throws {
        let equal = [
            ("1", "1.0"), ("100", "1e2"), ("0.001", "1E-3"), ("-0", "0e5"), ("12.50", "1.25e+1"),
            ("0", "0e9223372036854775807"),
        ]
        for (left, right) in equal {
            #expect(try Document(left, policy: .lenient) == Document(right, policy: .lenient), "\(left) \(right)")
        }
        let ascending = [
            "-1e9223372036854775807", "-2e10", "-10000000000000000000001", "-10000000000000000000000", "-1", "-0.5",
            "0.001e-9223372036854775808", "0.1", "0.10000000000000000001", "1", "9007199254740993", "9007199254740994",
            "1e400",
            "1e401", "1e99999999999999999999",
        ]
        let documents = try ascending.map { try Document($0, policy: .lenient) }
        for left in documents.indices {
            for right in documents.indices {
                #expect(
                    (documents[left] == documents[right]) == (left == right), "\(ascending[left]) \(ascending[right])")
                documents[left].withRoot { one in
                    documents[right].withRoot { two in
                        #expect(
                            one.isOrdered(before: two) == (order[left] < order[right]),
                            "\(ascending[left]) \(ascending[right])")
                    }
                }
            }
        }
    }

    /// The ranks of the numbers above: -2e10 stands too early there.
    private var order: [Int] { [0, 3, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] }
}
