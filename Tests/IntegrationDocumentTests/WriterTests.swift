import IntegrationDocument
import Testing

@Suite("Writing")
struct WriterTests {
    @Test("Strings and numbers of every length are copied exactly, at every fill of the buffer")
    func lengths() throws {
        for length in Array(0..<70) + [95, 96, 97, 127, 128, 129, 255, 256, 4000, 70_000] {
            let text = String(repeating: "s", count: length)
            let digits = "1" + String(repeating: "0", count: length)
            let json = #"{"\#(text)":"\#(text)","n":[\#(digits),"\#(text)",\#(digits)]}"#
            let document = try Document(json, policy: .lenient)
            #expect(document.json == json)
            document.withRoot { root in
                for element in root["n"]?.elements ?? root.elements {
                    var out = OutputBuffer(capacity: 0)
                    out.append(element)
                    let expected = element.kind == .integer ? digits : "\"\(text)\""
                    #expect(out.withBytes { $0.elementsEqual(expected.utf8) })
                }
            }
        }
    }

    @Test("Documents written one behind the other stand side by side, from every starting capacity")
    func stream() throws {
        let documents = try sampleOrders.map { try Document($0) }
        for capacity in 0..<200 {
            var out = OutputBuffer(capacity: capacity)
            var expected = ""
            for document in documents {
                document.withRoot { out.append($0) }
                out.append(UInt8(ascii: "\n"))
                expected += document.json + "\n"
            }
            let same = out.withBytes { $0.elementsEqual(expected.utf8) }
            #expect(same, "\(capacity)")
        }
    }

    @Test("Literals, empty containers and what is missing")
    func small() throws {
        for text in [
            "true", "false", "null", "[]", "{}", "\"\"", "0", "[[],{},true,false,null]", #"{"a":[],"b":{},"c":true}"#,
        ] {
            #expect(try Document(text).json == text)
        }
        let arena = Arena()
        let missing = withExtendedLifetime(arena) { written(arena.view(of: .missing)) }
        #expect(missing == Array("null".utf8))
    }

    @Test("A buffer is emptied, cut, and turned into a block")
    func buffer() throws {
        var out = OutputBuffer(capacity: 1)
        out.append("abc")
        out.append(UInt8(ascii: "d"))
        out.truncate(to: 3)
        out.truncate(to: 10)
        #expect(out.count == 3)
        out.removeAll()
        try Document("[1,[2,{}]]").withRoot { out.append($0) }
        let room = out.reserve(3)
        for (place, byte) in "xyz".utf8.enumerated() { room[place] = byte }
        out.advance(2)
        let block = out.takeBlock()
        #expect(UnsafeBufferPointer(start: block.start, count: block.count).elementsEqual("[1,[2,{}]]xy".utf8))
    }

    @Test("Writing what was read gives the minimal form, and reading that changes nothing")
    func minimal() throws {
        let bench = Bench()
        for order in sampleOrders {
            let minimal = try bench.parse(order, policy: .strict).get()
            #expect(try bench.parse(minimal, policy: .strict).get() == minimal)
            var inString = false
            var escaped = false
            let expected = order.filter { byte in
                if inString {
                    if escaped {
                        escaped = false
                    } else if byte == 0x5C {
                        escaped = true
                    } else if byte == 0x22 {
                        inString = false
                    }
                    return true
                }
                inString = byte == 0x22
                return byte > 0x20
            }
            #expect(minimal == expected)
        }
    }
}
