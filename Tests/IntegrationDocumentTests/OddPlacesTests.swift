import IntegrationDocument
import Testing

@Suite("Odd places")
struct OddPlacesTests {
    @Test(
        "What looks almost like JSON is refused",
        arguments: [
            #""a"x"b""#, #"["a"x"b"]"#, #"["a""b"]"#, #"["a" "b"]"#, "[1\u{C}]", "[1 2]", #"{"a":1,}"#,
            #"{"a":1,,"b":2}"#,
            #"1"c""#, #"[1"c"]"#, "1 2", "{}{}", "[]]", "[1]x", #""a" x"#, "[\u{0}]", "\u{0}", "[1,\u{0}2]", "[1\u{0}]",
            #"{"a"}"#, #"{"a":}"#, "{1:2}", #"{"a":1 "b":2}"#, #"{:1}"#, "[,1]", "[1,]", "[", "{", #"["#, #"{"a""#,
            #"{"a":"#, #"{"a":1"#, "[1", "[1,", "]", "}", ":", ",", "tru", "truee", "true1", "nul", "falsE", "+1", "01",
            "-", "-a", "1.", ".5", "1e", "1e+", "1.e5", "0x10", "1_000", "NaN", "Infinity", "'a'", #"["a\"]"#,
            #"["\x"]"#,
            #"["\u12"]"#, #"["\u12G4"]"#, #"["\"#, "[\u{FEFF}1]", "\u{FEFF}[]", "[1}", #"{"a":1]"#, "[{]}", "[\u{A0}1]",
            "[\u{2028}]", "\"\u{1}\"", "\"\t\"", "[\u{1A}]", #"{"a"\#u{1A}1}"#, "[1\u{1A}2]", "--1", "1-2", "1.2.3",
            "00", "-01", "0.", "00.5", "1e5.5", "[12345678x]", "[1234567x]", "[x2345678]", "[1.23.56]", "[.1234567]",
            "[1234567.]", "[0123]", "[-]", "[0-]", #"{"a":1:2}"#, #"["a":1]"#, #"{"a",1}"#, "// x\n1", "[/**/1]",
        ])
    func refused(_ text: String) {
        let bench = Bench()
        for behind in ["", "]", "}", ",", "\"", ":", "1", " ", "[", "{", "true", "\n1", "e1", ".5", "\\"] {
            for policy in [ParsePolicy.lenient, .strict] {
                let result = bench.parse(Array(text.utf8), policy: policy, behind: Array(behind.utf8))
                if case .success(let written) = result {
                    Issue.record("\(text.debugDescription) was read as \(written) before \(behind.debugDescription)")
                }
            }
        }
    }

    @Test(
        "A text in the middle of a block ends where its slice ends",
        arguments: ["1", "12", "-1.5", "true", "[]", "\"a\""])
    func slices(_ text: String) throws {
        let bench = Bench()
        for behind in ["0", "1", "e5", ".5", "]", "}", ",1", "\"", "x", " ", "\\", ":"] {
            for before in ["", "1", "[", "\"", "\\", "{\"a\":"] {
                let result = bench.parse(Array(text.utf8), before: Array(before.utf8), behind: Array(behind.utf8))
                #expect(try result.get() == Array(text.utf8), "\(before)…\(behind)")
            }
        }
    }

    @Test("White space around every token is skipped")
    func whiteSpace() throws {
        let spaces = [" ", "\t", "\n", "\r", " \r\n\t ", String(repeating: " ", count: 200)]
        let tokens = [
            "{", "\"a\"", ":", "[", "1", ",", "-2.5e3", ",", "true", ",", "null", ",", "\"\"", ",", "{", "}", "]", "}",
        ]
        for space in spaces {
            let text = space + tokens.joined(separator: space) + space
            #expect(try Document(text).json == #"{"a":[1,-2.5e3,true,null,"",{}]}"#)
        }
    }

    @Test("Escapes, quotes and characters of several bytes are read at every place of the 64-byte blocks")
    func blockBorders() throws {
        let pieces = [#"\""#, #"\\"#, #"\\\""#, #"\u00e9"#, #"\ud83d\ude00"#, "é", "日", "😀", #"\/"#]
        let decoded = ["\"", "\\", "\\\"", "é", "😀", "é", "日", "😀", "/"]
        for shift in 0..<130 {
            for (piece, meaning) in zip(pieces, decoded) {
                let filler = String(repeating: "x", count: shift)
                let text = "[\"\(filler)\(piece)\",\"\(piece)\(filler)\",\"\(piece)\"]"
                let document = try Document(text)
                #expect(document.json == text)
                document.withRoot { root in
                    #expect(root[0]?.string == filler + meaning)
                    #expect(root[1]?.string == meaning + filler)
                    #expect(root[2]?.string == meaning)
                }
                // Cut anywhere, it is refused.
                let bytes = Array(text.utf8)
                #expect((try? Document(bytes[..<(bytes.count - 1 - shift % 4)])) == nil)
            }
        }
    }

    @Test("Runs of backslashes keep their parity across block borders")
    func backslashRuns() {
        let bench = Bench()
        for shift in 50..<80 {
            for run in 1..<70 {
                let text = "[\"" + String(repeating: "x", count: shift) + String(repeating: "\\", count: run) + "\"]"
                #expect(bench.accepts(text) == (run % 2 == 0), "\(shift) \(run)")
            }
        }
    }

    @Test("A surrogate without its partner is kept as it came and read as U+FFFD")
    func loneSurrogates() throws {
        let text = #"["\ud800","\udc00","\ud800\ud800","\ud800x","\udc00\ud800","\ud83d\ude00","\uD83D\u0041"]"#
        let document = try Document(text)
        #expect(document.json == text)
        document.withRoot { root in
            #expect(
                root.elements.map { $0.string } == [
                    "\u{FFFD}", "\u{FFFD}", "\u{FFFD}\u{FFFD}", "\u{FFFD}x", "\u{FFFD}\u{FFFD}", "😀", "\u{FFFD}A",
                ])
        }
    }

    @Test("Bytes that are not UTF-8 are refused inside and outside of strings")
    func invalidUTF8() {
        let bench = Bench()
        let faults: [[UInt8]] = [
            [0x80], [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3],
        ]
        for fault in faults {
            for shift in 0..<70 {
                let filler = [UInt8](repeating: UInt8(ascii: "x"), count: shift)
                let text = Array("[\"".utf8) + filler + fault + Array("\"]".utf8)
                guard case .failure(let error) = bench.parse(text) else {
                    Issue.record("\(fault) was accepted")
                    continue
                }
                #expect(error.reason == .invalidUTF8)
                #expect(error.offset == shift + 2)
            }
        }
    }
}
