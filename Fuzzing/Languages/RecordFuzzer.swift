internal import FuzzerSupport
internal import IntegrationCore
internal import IntegrationDocument

@testable internal import FileSystemClient
@testable internal import IntegrationFormats

/// Records of streams (lines, CSV): the blocks in which a stream comes don't matter, and fields are written back.
///
/// The first byte says how large the blocks are.
enum RecordFuzzer: Fuzzer {
    static let name = "records"
    private static let longest = 24

    private struct Found: Equatable {
        var position: Int
        var text: [UInt8]
        var isTooLong: Bool
    }

    static func check(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let stream = Array(input.dropFirst())
        withinTime {
            for framing in [Framing.lines, .quotedLines(quote: UInt8(ascii: "\""))] {
                for hasHeader in [false, true] {
                    let whole = records(of: stream, framing, hasHeader, block: max(1, stream.count))
                    let cut = records(of: stream, framing, hasHeader, block: Int(first % 31) + 1)
                    require(whole == cut, "in blocks of \(first % 31 + 1) bytes it holds \(cut), as a whole \(whole)")
                    checkOrder(whole, stream)
                }
            }
            checkFields(stream)
        }
    }

    /// As the reader does it: what is left of a block stands before the next.
    private static func records(
        of stream: [UInt8], _ framing: Framing, _ hasHeader: Bool, block size: Int
    ) -> [Found] {
        var cutter = RecordCutter(framing: framing, hasHeader: hasHeader, maximumRecord: longest)
        var found: [Found] = []
        var left: [UInt8] = []
        var end = 0
        repeat {
            let next = min(stream.count, end + size)
            let block = ByteBlock(left + stream[end..<next])
            let position = end - left.count
            end = next
            var scanned = 0
            var records: [RecordCutter.Record] = []
            cutter.cut(
                block, from: &scanned, position: position, limit: .max, takesRest: end == stream.count, into: &records)
            for record in records {
                let start = block.start + record.offset
                let text = Array(UnsafeBufferPointer(start: start, count: record.length))
                found.append(Found(position: record.position, text: text, isTooLong: record.isTooLong))
            }
            require((0...block.count).contains(scanned), "it goes on outside of the block")
            left = Array(stream[(position + scanned)..<end])
        } while end < stream.count
        require(left.isEmpty, "\(left.count) bytes are left over")
        return found
    }

    private static func checkOrder(_ records: [Found], _ stream: [UInt8]) {
        var end = 0
        for record in records {
            require(record.position >= end, "records overlap")
            require(!record.text.isEmpty && record.text.count <= longest, "a record has \(record.text.count) bytes")
            end = record.position + record.text.count
            require(end <= stream.count && Array(stream[record.position..<end]) == record.text, "it stands elsewhere")
        }
    }

    private static func fields(_ text: [UInt8]) -> [[UInt8]]? {
        do {
            return try text.withUnsafeBufferPointer { text throws(IntegrationError) in
                try CSVRecord.fields(text, delimiter: UInt8(ascii: ","))
            }
        } catch {
            require(!error.message.isEmpty, "nothing is said")
            return nil
        }
    }

    private static func checkFields(_ record: [UInt8]) {
        guard let fields = fields(record) else { return }
        let quote = UInt8(ascii: "\"")
        let written = fields.map { field in
            [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
        }
        require(self.fields(Array(written.joined(separator: [UInt8(ascii: ",")]))) == fields, "fields are read anew")
    }
}
