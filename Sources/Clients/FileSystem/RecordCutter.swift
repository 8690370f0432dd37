internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Finds records in a stream of bytes that is seen block by block.
public struct RecordCutter: Sendable {
    /// A record as a span of a block.
    public struct Record: Sendable {
        /// Offset in the block.
        public var offset: Int
        public var length: Int
        /// Where it starts in the stream, in bytes.
        public var position: Int
        /// Longer than the limit: only its beginning is here.
        public var isTooLong: Bool
    }

    private let framing: Framing
    private let maximumRecord: Int
    private var needsHeader: Bool
    /// The rest of a record that was too long is being skipped.
    private var skipsRecord = false
    /// What is being skipped ended between two quotes.
    private var skipsQuoted = false
    /// The stream's first record, where it names the columns; nil where that is too long: it is a record like any other
    /// then, and no later one takes its place.
    public private(set) var header: ByteBlock?

    /// - Parameters:
    ///   - hasHeader: whether the first record is no record but names the columns.
    ///   - maximumRecord: longest record in bytes.
    public init(framing: Framing, hasHeader: Bool, maximumRecord: Int) {
        self.framing = framing
        self.maximumRecord = maximumRecord
        needsHeader = hasHeader
    }

    /// Adds the records of `block` from `scanned` on to `records`, until there are `limit`.
    ///
    /// - Parameters:
    ///   - scanned: where to go on in the block; moved behind the last record that was taken.
    ///   - position: of the block's first byte in the stream.
    ///   - takesRest: whether what stands behind the last line feed is a record.
    public mutating func cut(
        _ block: ByteBlock, from scanned: inout Int, position: Int, limit: Int, takesRest: Bool,
        into records: inout [Record]
    ) {
        if position + scanned == 0, Self.startsWithMark(block) { scanned = 3 }
        while records.count < limit, scanned < block.count {
            if let end = endOfRecord(in: block, from: scanned) {
                take(block, scanned, end, position, &records)
                scanned = end + 1
            } else if takesRest {
                take(block, scanned, block.count, position, &records)
                scanned = block.count
            } else if skipsRecord || block.count - scanned > maximumRecord + 1 {
                // One more than that may be the carriage return of a line feed that is still to come.
                skipRest(block, scanned, position, &records)
                scanned = block.count
            } else {
                return
            }
        }
    }

    /// U+FEFF as UTF-8, which some programs put in front of a file.
    private static func startsWithMark(_ block: ByteBlock) -> Bool {
        block.count >= 3 && block.start[0] == 0xEF && block.start[1] == 0xBB && block.start[2] == 0xBF
    }

    /// Takes the beginning of a record that is too long and whose end is not here.
    private mutating func skipRest(_ block: ByteBlock, _ start: Int, _ position: Int, _ records: inout [Record]) {
        if !skipsRecord {
            records.append(
                Record(offset: start, length: maximumRecord, position: position + start, isTooLong: true))
        }
        skipsRecord = true
        needsHeader = false
        if case .quotedLines(let quote) = framing {
            for at in start..<block.count where block.start[at] == quote { skipsQuoted.toggle() }
        }
    }

    private mutating func take(
        _ block: ByteBlock, _ start: Int, _ lineEnd: Int, _ position: Int, _ records: inout [Record]
    ) {
        if skipsRecord {
            skipsRecord = false
            skipsQuoted = false
            return
        }
        var end = lineEnd
        if end > start, block.start[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        guard end > start else { return }
        if needsHeader {
            needsHeader = false
            if end - start <= maximumRecord {
                header = ByteBlock(UnsafeRawBufferPointer(start: block.start + start, count: end - start))
                return
            }
        }
        records.append(
            Record(
                offset: start, length: min(end - start, maximumRecord), position: position + start,
                isTooLong: end - start > maximumRecord))
    }

    /// The line feed that ends the record at `start`; nil where it is not in the block.
    private func endOfRecord(in block: ByteBlock, from start: Int) -> Int? {
        guard case .quotedLines(let quote) = framing else { return Self.lineFeed(in: block, from: start) }
        var isQuoted = skipsQuoted
        for at in start..<block.count {
            if block.start[at] == quote { isQuoted.toggle() }
            if !isQuoted, block.start[at] == UInt8(ascii: "\n") { return at }
        }
        return nil
    }

    private static func lineFeed(in block: ByteBlock, from start: Int) -> Int? {
        guard let found = memchr(block.start + start, 10, block.count - start) else { return nil }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - block.start
    }
}
