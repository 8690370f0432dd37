internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Some records of a stream, as spans of one block.
public struct RecordRun: Sendable {
    public struct Record: Sendable {
        /// Offset in the block.
        public var offset: Int
        public var length: Int
        /// Where it starts in the stream, in bytes.
        public var position: Int
        /// Longer than the limit: only its beginning is here.
        public var isTooLong: Bool
    }

    public var block: ByteBlock
    public var records: [Record]
    /// The stream's header, where its codec has one.
    public var header: ByteBlock?
    /// Tells this stream from others: device and inode mixed, or 0.
    public var identity: UInt64
    public var path: String
}

/// Reads records off a descriptor, block by block, on a thread of its own.
public actor RecordReader {
    private let executor: ThreadExecutor
    private let framing: Framing
    private let hasHeader: Bool
    private let limit: Int
    private let maximumRecord: Int

    private var descriptor: Int32 = -1
    private var ownsDescriptor = false
    private var path = ""
    private var identity: UInt64 = 0
    private var block = ByteBlock([])
    /// What of the block has been handed out.
    private var consumed = 0
    /// Position of the block's first byte in the stream.
    private var blockPosition = 0
    private var isAtEnd = false
    private var header: ByteBlock?
    private var needsHeader = false
    /// The rest of a record that was too long is being skipped.
    private var skipsRecord = false
    private var averageRecord = 512

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - limit: most records in a run.
    ///   - maximumRecord: longest record in bytes.
    public init(framing: Framing, hasHeader: Bool, limit: Int, maximumRecord: Int) {
        executor = ThreadExecutor()
        self.framing = framing
        self.hasHeader = hasHeader
        self.limit = limit
        self.maximumRecord = maximumRecord
    }

    /// Opens a regular file at its beginning.
    public func open(_ path: String) throws(IntegrationError) {
        close()
        let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw .file(.fileUnreadable, "opened", path, errno: errno) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(opened)
            throw IntegrationError(.notAFile, "\(path) is not a regular file")
        }
        posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL)
        attach(opened, path: path)
        ownsDescriptor = true
        identity = Self.identity(status)
    }

    /// Reads an open descriptor, such as standard input; it is not closed at the end.
    public func attach(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        ownsDescriptor = false
        self.path = path
        identity = 0
        block = ByteBlock([])
        consumed = 0
        blockPosition = 0
        isAtEnd = false
        skipsRecord = false
        needsHeader = hasHeader
        header = nil
    }

    private static func identity(_ status: stat) -> UInt64 {
        (UInt64(status.st_dev) &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(status.st_ino) &* 0xC2B2_AE3D_27D4_EB4F)
    }

    /// What has happened to the file behind the path since it was opened.
    public enum Change: Sendable {
        case none, grown, truncated, replaced, gone
    }

    /// Looks whether a followed file has grown, been cut, or been replaced by another under its name.
    public func change() -> Change {
        var status = stat()
        guard stat(path, &status) == 0 else { return .gone }
        if Self.identity(status) != identity { return .replaced }
        let read = blockPosition + block.count
        return Int(status.st_size) > read ? .grown : Int(status.st_size) < read ? .truncated : .none
    }

    public func close() {
        if ownsDescriptor, descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// The next records; nil when there are none (any more, or yet, where the file may still grow).
    ///
    /// - Parameter takesRest: whether bytes behind the last line feed are a record; false while a file is followed.
    public func next(takesRest: Bool) throws(IntegrationError) -> RecordRun? {
        while true {
            if let run = carve(takesRest: takesRest && isAtEnd) { return run }
            if isAtEnd, takesRest, consumed == block.count { return nil }
            if try fill() {
                isAtEnd = false
                continue
            }
            let hasRest = takesRest && !isAtEnd && consumed < block.count
            isAtEnd = true
            guard hasRest else { return nil }
        }
    }

    // MARK: Reading

    /// Reads more behind what is left over; false at the end of the stream.
    private func fill() throws(IntegrationError) -> Bool {
        let rest = block.count - consumed
        let size = max(rest * 2, min(max(averageRecord * limit + averageRecord, 64 << 10), 4 << 20))
        let old = block
        let start = consumed
        var count = 0
        let next = try ByteBlock(capacity: size) { target throws(IntegrationError) -> Int in
            guard let memory = target.baseAddress else { return 0 }
            memcpy(memory, old.start + start, rest)
            repeat {
                count = read(descriptor, memory + rest, size - rest)
            } while count < 0 && errno == EINTR
            guard count >= 0 else { throw .file(.fileUnreadable, "read", path, errno: errno) }
            return rest + count
        }
        guard count > 0 else { return false }
        block = next
        blockPosition += consumed
        consumed = 0
        return true
    }

    // MARK: Records

    private func carve(takesRest: Bool) -> RecordRun? {
        var records: [RecordRun.Record] = []
        records.reserveCapacity(min(limit, 1024))
        let first = consumed
        while records.count < limit, consumed < block.count {
            guard let end = endOfRecord(from: consumed) else {
                if takeUnended(takesRest, &records) { continue }
                break
            }
            take(consumed, end, &records)
            consumed = end + 1
        }
        guard !records.isEmpty else { return nil }
        averageRecord = max(16, (consumed - first) / records.count)
        return RecordRun(block: block, records: records, header: header, identity: identity, path: path)
    }

    /// What stands behind the last line feed: the last record of a finished stream, or one that is too long.
    private func takeUnended(_ takesRest: Bool, _ records: inout [RecordRun.Record]) -> Bool {
        let rest = block.count - consumed
        if takesRest {
            take(consumed, block.count, &records)
            consumed = block.count
            return true
        }
        guard rest > maximumRecord else { return false }
        if !skipsRecord {
            records.append(
                RecordRun.Record(
                    offset: consumed, length: maximumRecord, position: blockPosition + consumed, isTooLong: true))
        }
        skipsRecord = true
        consumed = block.count
        return true
    }

    private func take(_ start: Int, _ lineEnd: Int, _ records: inout [RecordRun.Record]) {
        if skipsRecord {
            skipsRecord = false
            return
        }
        var end = lineEnd
        if end > start, block.start[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        guard end > start else { return }
        if needsHeader {
            needsHeader = false
            header = ByteBlock(UnsafeRawBufferPointer(start: block.start + start, count: end - start))
            return
        }
        let isTooLong = end - start > maximumRecord
        records.append(
            RecordRun.Record(
                offset: start, length: min(end - start, maximumRecord), position: blockPosition + start,
                isTooLong: isTooLong))
    }

    /// The line feed that ends the record at `start`; nil where it is not in the block.
    private func endOfRecord(from start: Int) -> Int? {
        guard case .quotedLines(let quote) = framing else { return lineFeed(from: start) }
        var isQuoted = false
        for at in start..<block.count {
            if block.start[at] == quote { isQuoted.toggle() }
            if !isQuoted, block.start[at] == UInt8(ascii: "\n") { return at }
        }
        return nil
    }

    private func lineFeed(from start: Int) -> Int? {
        guard let found = memchr(block.start + start, 10, block.count - start) else { return nil }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - block.start
    }
}
