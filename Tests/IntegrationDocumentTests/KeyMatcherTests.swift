import IntegrationDocument
import TestSupport
import Testing

@Suite("Key matcher")
struct KeyMatcherTests {
    /// The slots that the matcher fills, as the texts of the values found.
    private func found(_ matcher: KeyMatcher, _ text: String) throws -> [String?]? {
        try Document(text, policy: .lenient).withRoot { root in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Word>?.self, capacity: max(1, matcher.keys.count)) { room in
                // Old contents must not shine through.
                room.initialize(repeating: root.pointer)
                guard let slots = room.baseAddress, matcher.find(in: root, slots) else { return nil }
                return (0..<matcher.keys.count).map { slot in
                    slots[slot].map { String(decoding: written(View($0, root.bases)), as: UTF8.self) }
                }
            }
        }
    }

    @Test("Members are put into their slots, the last one where a key stands twice")
    func slots() throws {
        let matcher = KeyMatcher(["id", "customer", "", "items", "aVeryLongKeyOfMoreThanSixteenBytes"])
        let text =
            #"{"items":[1,{"id":9}],"x":0,"id":1,"":"empty","i\u0064":2,"aVeryLongKeyOfMoreThanSixteenBytes":true}"#
        #expect(try found(matcher, text) == ["2", nil, "\"empty\"", "[1,{\"id\":9}]", "true"])
        #expect(try found(matcher, "{}") == [nil, nil, nil, nil, nil])
        #expect(try found(matcher, "[1]") == nil)
        #expect(try found(matcher, "\"id\"") == nil)
        #expect(try found(KeyMatcher([]), text) == [])
    }

    @Test("Keys with the same first and last eight bytes are told apart")
    func sameHeads() throws {
        let keys = [
            "headhead", "headheadx", "headheady", "headheadMIDDLEtailtail", "headheadMUDDLEtailtail",
            "headheadtailtail", "h", "he",
        ]
        let matcher = KeyMatcher(keys)
        for (slot, key) in keys.enumerated() {
            var expected = [String?](repeating: nil, count: keys.count)
            expected[slot] = "1"
            #expect(try found(matcher, "{\"\(key)\":1,\"\(key)?\":2,\"?\(key)\":3}") == expected, "\(key)")
        }
        #expect(
            try found(matcher, #"{"headheadMADDLEtailtail":1,"headheadz":2,"headhea":3}"#)?.allSatisfy { $0 == nil }
                == true)
    }

    @Test("A random matcher finds what a dictionary finds", arguments: [1, 2, 3, 4] as [UInt64])
    func againstDictionary(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<300 {
            var pool = Set<String>()
            for _ in 0..<(1 + random.below(30)) {
                // Few letters and common heads, so that keys are near to each other.
                let head = ["", "orderIte", "orderItems.something.rather.long.", String(repeating: "z", count: 60)][
                    random.below(4)]
                pool.insert(
                    head
                        + String(
                            (0..<random.below(6)).map { _ in ["a", "b", "é", "\"", "\n"][random.below(5)] }.joined()))
            }
            let all = pool.sorted()
            let keys = all.filter { _ in random.below(2) == 0 }
            let matcher = KeyMatcher(keys)
            var members: [(String, Int)] = []
            for number in 0..<random.below(60) { members.append((all[random.below(all.count)], number)) }
            let expected = Dictionary(members, uniquingKeysWith: { _, last in last })
            let text = "{" + members.map { "\(quoted($0.0, &random)):\($0.1)" }.joined(separator: ",") + "}"
            #expect(try found(matcher, text) == keys.map { expected[$0].map(String.init) }, "\(text)")
            try Document(text, policy: .lenient).withRoot { root in
                for key in all { #expect(root[key]?.integer == expected[key].map { Int64($0) }, "\(key)") }
                for member in root.members {
                    let slot = matcher.slot(of: member.key.word, root.bases)
                    #expect(slot == keys.firstIndex(of: member.name) ?? KeyMatcher.none)
                }
            }
        }
    }

    /// The key as JSON, now and then with an escape that nobody needs.
    private func quoted(_ key: String, _ random: inout SplitMix) -> String {
        var text = "\""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            case "a" where random.below(4) == 0: text += "\\u0061"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
