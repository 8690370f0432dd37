import IntegrationCore
import IntegrationDocument
import Testing

@testable import FileSystemClient

@Suite("Records of a stream that comes in blocks") struct RecordCutterTests {
    /// The texts of records, those that are too long with `…`.
    private static func records(_ blocks: [String], framing: Framing, hasHeader: Bool = false, longest: Int) -> [String]
    {
        var cutter = RecordCutter(framing: framing, hasHeader: hasHeader, maximumRecord: longest)
        var (left, position) = ("", 0)
        var texts: [String] = []
        for (index, text) in blocks.enumerated() {
            let block = ByteBlock(Array((left + text).utf8))
            var scanned = 0
            var records: [RecordCutter.Record] = []
            cutter.cut(
                block, from: &scanned, position: position, limit: .max, takesRest: index == blocks.count - 1,
                into: &records)
            for record in records {
                let bytes = UnsafeBufferPointer(start: block.start + record.offset, count: record.length)
                texts.append(String(decoding: bytes, as: UTF8.self) + (record.isTooLong ? "…" : ""))
            }
            left = String(decoding: Array((left + text).utf8.dropFirst(scanned)), as: UTF8.self)
            position += scanned
        }
        return texts
    }

    @Test func `a line feed between quotes ends no record whose beginning was passed over`() {
        let blocks = ["a\n\"12345678", "9\nx\n", "y\",b\nc\n"]
        let expected = ["a", "\"123…", "c"]
        let framing = Framing.quotedLines(quote: UInt8(ascii: "\""))
        #expect(Self.records([blocks.joined()], framing: framing, longest: 4) == expected)
        #expect(Self.records(blocks, framing: framing, longest: 4) == expected)
    }

    @Test func `a header that is too long is a record that is too long, and no other takes its place`() {
        for blocks in [["a,b,c,d\n1\n2\n"], ["a,b,c", ",d\n1", "\n2\n"]] {
            #expect(Self.records(blocks, framing: .lines, hasHeader: true, longest: 4) == ["a,b,…", "1", "2"])
        }
        #expect(Self.records(["a,b\n1\n"], framing: .lines, hasHeader: true, longest: 4) == ["1"])
    }

    @Test func `the carriage return of a line that is just not too long may be the last byte of a block`() {
        #expect(Self.records(["abcd\r\nef\r\n"], framing: .lines, longest: 4) == ["abcd", "ef"])
        #expect(Self.records(["abcd\r", "\nef\r\n"], framing: .lines, longest: 4) == ["abcd", "ef"])
        #expect(Self.records(["abcde", "f\ng"], framing: .lines, longest: 4) == ["abcd…", "g"])
    }
}
