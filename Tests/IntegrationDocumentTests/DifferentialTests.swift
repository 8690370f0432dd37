import IntegrationDocument
import TestSupport
import Testing

/// The parser's verdict beside two oracles: simdjson's own parse and the reference grammar.
@Suite("Verdicts")
struct DifferentialTests {
    /// Bytes that would continue or close a text if somebody read them.
    private static let hostile: [[UInt8]] = ["", "]", "}", ",1]", ":1}", "\"", "1", "\n{", "[", "e5"].map {
        Array($0.utf8)
    }

    /// One parser, both oracles.
    private final class Judge {
        let bench = Bench()
        let yardstick = SimdjsonYardstick()
        private(set) var accepted = 0

        /// What disagrees about the text; nil where all agree.
        func disagreement(_ text: [UInt8], behind: [UInt8] = []) -> String? {
            let expected = ReferenceGrammar.check(text)
            let result = bench.parse(text, before: Array("[".utf8), behind: behind)
            let shown =
                "\(String(decoding: text, as: UTF8.self).debugDescription) before "
                + String(decoding: behind, as: UTF8.self).debugDescription
            switch result {
            case .success(let written):
                accepted += 1
                guard expected.isValid, expected.depth <= 1024 else { return "accepted: \(shown)" }
                // What was written is minimal: writing it once more changes nothing.
                guard case .success(written) = bench.parse(written) else { return "not stable: \(shown)" }
            case .failure(let error):
                guard !expected.isValid || expected.depth > 1024 else { return "\(error): \(shown)" }
                guard (0...text.count).contains(error.offset) else { return "place \(error.offset): \(shown)" }
            }
            // simdjson refuses a little more than the grammar does.
            if expected.hasLoneSurrogate || expected.hasBigNumber || expected.depth >= 1024 { return nil }
            let block = ByteBlock(text)
            let verdict = withExtendedLifetime(block) { yardstick.parse(block.start, block.count) }
            return verdict == expected.isValid ? nil : "simdjson says \(verdict): \(shown)"
        }
    }

    @Test("Every text of up to five tokens gets the verdict of the grammar, whatever stands behind it")
    func everyShortText() {
        let tokens: [[UInt8]] = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", " ", "\"", "\\", "\u{C}"].map {
            Array($0.utf8)
        }
        let judge = Judge()
        var wrong: [String] = []
        var cases = 0
        for length in 1...5 {
            var picks = [Int](repeating: 0, count: length)
            while true {
                let text = picks.flatMap { tokens[$0] }
                if let problem = judge.disagreement(text, behind: Self.hostile[cases % Self.hostile.count]) {
                    wrong.append(problem)
                }
                cases += 1
                guard let last = picks.lastIndex(where: { $0 < tokens.count - 1 }) else { break }
                picks[last] += 1
                for later in (last + 1)..<length { picks[later] = 0 }
            }
        }
        #expect(cases == 12 + 144 + 1728 + 20_736 + 248_832)
        #expect(wrong.isEmpty, "\(wrong.count) disagree, such as \(wrong.prefix(10))")
        #expect(judge.accepted > 100)
    }

    @Test("Mutated orders get the verdict of the grammar and of simdjson", arguments: [1, 2, 3, 4] as [UInt64])
    func mutatedOrders(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let judge = Judge()
        var wrong: [String] = []
        for _ in 0..<15_000 {
            let text = Self.mutated(sampleOrders[random.below(sampleOrders.count)], &random)
            let behind = Self.hostile[random.below(Self.hostile.count)]
            if let problem = judge.disagreement(text, behind: behind) { wrong.append(problem) }
        }
        #expect(wrong.isEmpty, "\(wrong.count) disagree, such as \(wrong.prefix(5))")
        #expect(judge.accepted > 1_000)
    }

    @Test("Random bytes get the verdict of the grammar and of simdjson", arguments: [5, 6, 7, 8] as [UInt64])
    func soup(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let judge = Judge()
        var wrong: [String] = []
        let likely =
            Array(#"{}[]:,"\ntrue falsnul0123456789.eE+-"#.utf8) + [0x00, 0x0C, 0x1A, 0x0A, 0x80, 0xC3, 0xA9, 0xFF]
        for _ in 0..<40_000 {
            let text = (0..<random.below(80)).map { _ in
                random.below(30) == 0 ? UInt8(truncatingIfNeeded: random.next()) : likely[random.below(likely.count)]
            }
            let wrapped = random.below(2) == 0 ? text : Array("[\"".utf8) + text + Array("\"]".utf8)
            let behind = Self.hostile[random.below(Self.hostile.count)]
            if let problem = judge.disagreement(wrapped, behind: behind) { wrong.append(problem) }
        }
        #expect(wrong.isEmpty, "\(wrong.count) disagree, such as \(wrong.prefix(5))")
        #expect(judge.accepted > 1_000)
    }

    /// One to three small changes: a byte replaced, put in, taken out, or a part doubled or cut off.
    private static func mutated(_ order: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        let likely =
            Array(#"{}[]:,"\ 0129-.eEtfnu"#.utf8) + [0x00, 0x0A, 0x0C, 0x1A, 0x1F, 0x7F, 0x80, 0xC0, 0xED, 0xF5]
        var text = order
        for _ in 0...random.below(3) where !text.isEmpty {
            let place = random.below(text.count)
            let byte =
                random.below(4) == 0 ? UInt8(truncatingIfNeeded: random.next()) : likely[random.below(likely.count)]
            switch random.below(6) {
            case 0: text[place] = byte
            case 1: text.insert(byte, at: place)
            case 2: text.remove(at: place)
            case 3:
                let end = min(text.count, place + random.below(20))
                text.insert(contentsOf: text[place..<end], at: random.below(text.count))
            case 4: if random.below(4) == 0 { text.removeLast(text.count - place) }
            // Only the letters and digits inside of tokens: most of these stay valid.
            default: if (0x61...0x7A).contains(text[place]) { text[place] = UInt8(ascii: "x") }
            }
        }
        return text
    }
}
