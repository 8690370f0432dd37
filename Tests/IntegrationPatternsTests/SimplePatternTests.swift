import Testing

@testable import IntegrationPatterns

@Suite("Simple patterns")
struct SimplePatternTests {
    @Test(
        "Anchored rows of literals and classes have a matcher of their own",
        arguments: [
            "^ORD-[0-9]{8}$", "^[^@]+@[^@]+$", #"^\d{3}-\d{4}$"#, "^x-", "^[A-Z][a-z]*$", "^[a-z]{2,5}[0-9]?$", "^$",
            "^ä+?".dropLast(2) + "$",
        ])
    func simple(_ text: String) {
        #expect(SimplePattern(text, options: []) != nil)
    }

    @Test(
        "Whatever could need to give characters back is left to PCRE2",
        arguments: [
            "a", "^a+ab$", "^a*b*a$", "^(ab)$", "^a|b$", "^a+?$", "^a++$", "^[[:alpha:]]$", "^[]a]$", "^a{,2}$",
            #"^\bx$"#,
            "^a$b", #"^\x41$"#, "^[a-\\d]$", "^[ä]$", "^ä+$", "^.*x$", "^{$", "^a{2}{3}$",
        ])
    func notSimple(_ text: String) {
        #expect(SimplePattern(text, options: []) == nil)
    }

    @Test("A simple matcher and PCRE2 always agree", arguments: [1, 2, 3, 4] as [UInt64])
    func differential(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var simpleOnes = 0
        var matching = 0
        for _ in 0..<6000 {
            let text = Self.makePattern(&random)
            let options: PatternOptions =
                [[], .unicodeClasses, .wholeText, .dotMatchesLineEnds].randomElement(using: &random) ?? []
            guard SimplePattern(text, options: options) != nil else { continue }
            simpleOnes += 1
            let quick = try Pattern(text, options: options, budget: .standard, simple: true)
            let full = try Pattern(text, options: options, budget: .standard, simple: false)
            for _ in 0..<12 {
                let subject = Self.makeSubject(&random)
                let (one, two) = try subject.withUnsafeBufferPointer { (try quick.matches($0), try full.matches($0)) }
                if two { matching += 1 }
                #expect(one == two, "pattern \(text), options \(options.rawValue), bytes \(subject)")
            }
        }
        #expect(simpleOnes > 1000 && matching > 500)
    }

    private static func makePattern(_ random: inout SplitMix) -> String {
        let atoms = [
            "a", "b", "-", "@", ".", #"\."#, #"\d"#, #"\w"#, #"\s"#, #"\D"#, #"\W"#, "[ab]", "[^@]", "[^a-b]", "[0-9]",
            #"[\d-]"#,
            #"[^\s]"#, "[a-z_-]", #"[\]a]"#, "ä", "1", #"\/"#, #"\n"#, "[-a]", #"[!-\/]"#, "漢", #"[^\W]"#,
        ]
        let counts = ["", "", "", "+", "*", "?", "{2}", "{1,3}", "{0,1}", "{2,}", "{0}"]
        var text = random.next() % 8 == 0 ? "" : "^"
        for _ in 0..<(1 + random.next() % 4) {
            text += (atoms.randomElement(using: &random) ?? "") + (counts.randomElement(using: &random) ?? "")
        }
        return text + (random.next() % 3 == 0 ? "" : "$")
    }

    private static func makeSubject(_ random: inout SplitMix) -> [UInt8] {
        let parts: [[UInt8]] = ["a", "b", "@", "-", "ä", "漢", "😀", "1", "9", ".", "_", "\n", "\r", " ", "]", "/", "x"]
            .map { Array($0.utf8) }
        var bytes: [UInt8] = []
        for _ in 0..<(random.next() % 6) {
            bytes += parts.randomElement(using: &random) ?? []
        }
        return bytes
    }
}

/// A small generator with a fixed sequence (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
