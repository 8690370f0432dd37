import IntegrationDocument
import Testing

@Suite("Views")
struct ViewTests {
    private let order = #"""
        {"id":7,"name":"Ann \"A\" \u00e9","open":true,"closed":false,"none":null,"total":10.50,"tags":["a",["b"],{}],
        "empty":{},"nothing":[],"":"no name","k\u0065y":"escaped"}
        """#

    @Test("Members are found by name, with and without escapes")
    func members() throws {
        try Document(order).withRoot { root in
            #expect(root.kind == .object)
            #expect(root.count == 11)
            #expect(root["id"]?.integer == 7)
            #expect(root["name"]?.string == "Ann \"A\" é")
            #expect(root["name"]?.kind == .escapedString)
            #expect(root["open"]?.bool == true)
            #expect(root["closed"]?.bool == false)
            #expect(root["none"]?.isNull == true)
            #expect(root["none"]?.bool == nil)
            #expect(root["total"]?.double == 10.5)
            #expect(root["total"]?.rawBytes.elementsEqual("10.50".utf8) == true)
            #expect(root[""]?.string == "no name")
            #expect(root["key"]?.string == "escaped")
            #expect(root["k\\u0065y"]?.string == nil)
            #expect(root["missing"]?.kind == nil)
            #expect(root["i"]?.kind == nil)
            #expect(root["idd"]?.kind == nil)
            #expect(root["id"]?["x"]?.kind == nil)
            #expect(root["name"]?.equals("Ann \"A\" é") == true)
            #expect(root["name"]?.equals("Ann") == false)
            #expect(root["id"]?.equals("7") == false)
            #expect(root["none"]?.equals("") == false)
        }
    }

    @Test("Keys of every length are told apart at every byte")
    func everyKey() throws {
        for length in [1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 200] {
            let key = String(repeating: "k", count: length)
            for place in 0..<length {
                var other = Array(key.utf8)
                other[place] = UInt8(ascii: "x")
                let wrong = String(decoding: other, as: UTF8.self)
                try Document("{\"\(wrong)\":1,\"\(key)\":2}").withRoot { root in
                    #expect(root[key]?.integer == 2)
                    #expect(root[wrong]?.integer == 1)
                    #expect(root[key + "k"]?.kind == nil)
                }
            }
        }
    }

    @Test("Elements are walked and indexed")
    func elements() throws {
        try Document(order).withRoot { root in
            let tags = root["tags"]
            #expect(tags?.count == 3)
            #expect(tags?[0]?.string == "a")
            #expect(tags?[1]?[0]?.string == "b")
            #expect(tags?[2]?.kind == .object)
            #expect(tags?[3]?.kind == nil)
            #expect(tags?[-1]?.kind == nil)
            #expect(tags?.elements.map(\.kind) == [.string, .array, .object])
            #expect(root["nothing"]?.elements.map(\.kind) == [])
            #expect(root["id"]?.elements.map(\.kind) == [])
            #expect(root.elements.map(\.kind) == [])
            #expect(root["id"]?[0]?.kind == nil)
            #expect(root["id"]?.count == 0)
        }
    }

    @Test("Members are walked in order with their names")
    func walk() throws {
        try Document(order).withRoot { root in
            #expect(
                root.members.map(\.name) == [
                    "id", "name", "open", "closed", "none", "total", "tags", "empty", "nothing", "", "key",
                ])
            #expect(
                root.members.map(\.value.kind) == [
                    .integer, .escapedString, .true, .false, .null, .decimal, .array, .object, .array, .string, .string,
                ])
            #expect(root["tags"]?.members.map(\.name) == [])
            #expect(root["empty"]?.members.map(\.name) == [])
        }
    }

    @Test("Every escape is decoded")
    func escapes() throws {
        let text =
            #"["\"\\\/\b\f\n\r\t","\u0000","\u007f\u0080\u07ff\u0800\uffff","\ud83d\ude00\uDBFF\uDFFF","plain é 日"]"#
        try Document(text).withRoot { root in
            #expect(
                root.elements.map(\.string) == [
                    "\"\\/\u{8}\u{C}\n\r\t", "\u{0}", "\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}", "😀\u{10FFFF}", "plain é 日",
                ])
            #expect(root[0]?.decodedBytes == Array("\"\\/\u{8}\u{C}\n\r\t".utf8))
            #expect(root[4]?.withDecodedBytes { $0.count } == 12)
            #expect(root.decodedBytes == [])
        }
    }

    @Test(
        "Values that are equal",
        arguments: [
            ("1", "1.0"), (#""a""#, #""\u0061""#), ("[1,2]", "[1.0,2e0]"), (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#),
            (#"{"\u0061":[{}]}"#, #"{"a":[{}]}"#), ("null", "null"), ("[]", "[]"), ("{}", "{}"),
            (#"{"a":1,"a":2}"#, #"{"a":2}"#), (#"{"a":1,"a":2}"#, #"{"a":3,"a":2}"#),
            (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        ])
    func equal(_ pair: (String, String)) throws {
        let (left, right) = (try Document(pair.0, policy: .lenient), try Document(pair.1, policy: .lenient))
        #expect(left == right)
        #expect(right == left)
        #expect(left == left)
    }

    @Test(
        "Values that differ",
        arguments: [
            ("1", "2"), ("1", "\"1\""), ("true", "false"), ("null", "false"), ("[1,2]", "[2,1]"), ("[1]", "[1,1]"),
            ("[]", "{}"),
            (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
            (#""a""#, #""A""#),
            (#"{"a":1,"a":1}"#, #"{"a":1,"b":1}"#), (#"{"a":1,"b":1}"#, #"{"a":1,"a":1}"#), ("1", "-1"),
            ("0.1", "0.10000000000000001"),
        ])
    func different(_ pair: (String, String)) throws {
        let (left, right) = (try Document(pair.0, policy: .lenient), try Document(pair.1, policy: .lenient))
        #expect(left != right)
        #expect(right != left)
    }

    @Test("Large objects are equal whatever the order of their members")
    func largeObjects() throws {
        func text(_ numbers: [Int], _ last: Int) -> String {
            "{" + numbers.map { "\"k\($0)\":\($0)" }.joined(separator: ",") + ",\"last\":\(last)}"
        }
        let numbers = Array(0..<5000)
        #expect(try Document(text(numbers, 1)) == Document(text(numbers.reversed(), 1)))
        #expect(try Document(text(numbers, 1)) != Document(text(numbers.reversed(), 2)))
        #expect(try Document(text(numbers, 1)) != Document(text(numbers.dropLast(), 1)))
    }
}
