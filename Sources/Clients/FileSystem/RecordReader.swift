internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Some records of a stream, as spans of one block.
public struct RecordRun: Sendable {
    public typealias Record = RecordCutter.Record

    public var block: ByteBlock
    public var records: [Record]
    /// The stream's header, where its codec has one.
    public var header: ByteBlock?
    /// Tells this stream from others: device and inode mixed, or 0.
    public var identity: UInt64
    public var path: String
    /// What of the stream these records and what lies around them make up, in bytes: from the end of the run before.
    public var span: Range<Int>

    public init(
        block: ByteBlock, records: [Record] = [], header: ByteBlock? = nil, identity: UInt64, path: String,
        span: Range<Int> = 0..<0
    ) {
        self.block = block
        self.records = records
        self.header = header
        self.identity = identity
        self.path = path
        self.span = span
    }

    /// Where each record stands in the stream, with what lies between it and the next.
    public var spans: [Range<UInt64>] {
        records.indices.map { index in
            let start = index == 0 ? span.lowerBound : records[index].position
            let end = index + 1 < records.count ? records[index + 1].position : span.upperBound
            return UInt64(start)..<UInt64(max(start, end))
        }
    }
}

/// Reads records off a descriptor, block by block, on a thread of its own.
///
/// A run of a regular file is full, except at its end or where so many records are larger than 2 MiB; a run of a
/// stream holds what is there.
public actor RecordReader {
    private let executor: ThreadExecutor
    private let framing: Framing
    private let hasHeader: Bool
    private let limit: Int
    private let maximumRecord: Int

    private var descriptor: Int32 = -1
    private var ownsDescriptor = false
    private var isRegular = false
    private var interrupt: Interrupt?
    private var path = ""
    private var identity: UInt64 = 0
    private var cutter: RecordCutter
    private var block = ByteBlock([])
    /// Records found in the block and not handed out yet.
    private var found: [RecordRun.Record] = []
    /// What of the block has been searched.
    private var scanned = 0
    /// Position of the block's first byte in the stream.
    private var blockPosition = 0
    /// Where in the stream the last run ended.
    private var runEnd = 0
    private var averageRecord = 512

    /// No block is read larger than this, unless one record is.
    private static let largestBlock = 4 << 20

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - limit: most records in a run.
    ///   - maximumRecord: longest record in bytes.
    ///   - clock: the one that the reader's user goes by.
    public init(
        framing: Framing, hasHeader: Bool, limit: Int, maximumRecord: Int, clock: (any TimeSource)? = nil
    ) throws(IntegrationError) {
        executor = try ThreadExecutor(clock: clock)
        self.framing = framing
        self.hasHeader = hasHeader
        self.limit = limit
        self.maximumRecord = maximumRecord
        cutter = RecordCutter(framing: framing, hasHeader: hasHeader, maximumRecord: maximumRecord)
    }

    deinit { if ownsDescriptor, descriptor >= 0 { Glibc.close(descriptor) } }

    /// Opens a regular file at its beginning.
    public func open(_ path: String) throws(IntegrationError) {
        close()
        let opened = try RegularFile.open(path)
        posix_fadvise(opened.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        begin(opened.descriptor, path: path)
        ownsDescriptor = true
        isRegular = true
        identity = opened.identity
    }

    /// Reads an open descriptor, such as standard input; it is not closed at the end.
    ///
    /// - Parameter interrupt: its signal ends the stream at once, even while nothing comes.
    public func attach(_ descriptor: Int32, path: String, interrupt: Interrupt) {
        close()
        begin(descriptor, path: path)
        self.interrupt = interrupt
        var status = stat()
        isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func begin(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
        ownsDescriptor = false
        interrupt = nil
        identity = 0
        cutter = RecordCutter(framing: framing, hasHeader: hasHeader, maximumRecord: maximumRecord)
        block = ByteBlock([])
        found.removeAll()
        scanned = 0
        blockPosition = 0
        runEnd = 0
    }

    /// What tells the open file from others: device and inode mixed.
    public var stream: UInt64 { identity }

    /// What tells a file, once it was cut, from what it was before.
    public static func stream(after stream: UInt64) -> UInt64 { stream &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// Gives the records of the open file another identity: that of a file which was cut since it was first seen.
    public func become(_ stream: UInt64) { identity = stream }

    /// The size of the open file in bytes; 0 where it can't be told.
    public var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Goes on at a position of a file that was just opened. A file with a header is read from its beginning all the
    /// same.
    public func skip(to position: Int) throws(IntegrationError) {
        guard !hasHeader, position > 0 else { return }
        guard lseek(descriptor, off_t(position), SEEK_SET) >= 0 else {
            throw .file(.fileUnreadable, "read on where it was left", path, errno: errno)
        }
        blockPosition = position
        runEnd = position
    }

    public func close() {
        if ownsDescriptor, descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        ownsDescriptor = false
    }

    // MARK: Reading

    /// The next records; nil when there are none (any more, or yet, where the file may still grow).
    ///
    /// - Parameter takesRest: whether bytes behind the last line feed are a record; false while a file is followed.
    public func next(takesRest: Bool) throws(IntegrationError) -> RecordRun? {
        while true {
            cut(takesRest: false)
            if found.count >= limit || isBlockFull || (!isRegular && !found.isEmpty) { return takeRun() }
            guard try fill() else {
                cut(takesRest: takesRest)
                return takeRun()
            }
        }
    }

    /// Reads no more: hands out what is there, bytes behind the last line feed included; nil when that is nothing.
    public func rest() -> RecordRun? {
        cut(takesRest: true)
        return takeRun()
    }

    private var isBlockFull: Bool { !found.isEmpty && block.count - found[0].offset >= Self.largestBlock / 2 }

    private func cut(takesRest: Bool) {
        cutter.cut(
            block, from: &scanned, position: blockPosition, limit: limit, takesRest: takesRest, into: &found)
    }

    private func takeRun() -> RecordRun? {
        guard let first = found.first else { return nil }
        averageRecord = max(16, (scanned - first.offset) / found.count)
        defer {
            found = []
            found.reserveCapacity(min(limit, 1024))
        }
        let span = runEnd..<max(runEnd, blockPosition + scanned)
        runEnd = span.upperBound
        return RecordRun(
            block: block, records: found, header: cutter.header, identity: identity, path: path, span: span)
    }

    /// Reads more behind what is left over; false at the end of the stream.
    private func fill() throws(IntegrationError) -> Bool {
        if let interrupt, !isRegular, interrupt.wait(for: descriptor, POLLIN) == .interrupted { return false }
        let kept = found.first?.offset ?? scanned
        let rest = block.count - kept
        // A little more than a full run, so that the next one starts with few bytes to carry over.
        let run = averageRecord * limit
        let size = max(rest * 2, min(max(run + run / 16 + averageRecord, 64 << 10), Self.largestBlock))
        let old = block
        var count = 0
        let next = try ByteBlock(capacity: size) { target throws(IntegrationError) -> Int in
            guard let memory = target.baseAddress else { return 0 }
            memcpy(memory, old.start + kept, rest)
            count = try read(into: memory + rest, size - rest)
            return rest + count
        }
        guard count > 0 else { return false }
        block = next
        blockPosition += kept
        scanned -= kept
        for index in found.indices { found[index].offset -= kept }
        return true
    }

    private func read(into memory: UnsafeMutablePointer<UInt8>, _ size: Int) throws(IntegrationError) -> Int {
        while true {
            let count = Glibc.read(descriptor, memory, size)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody else made the descriptor non-blocking.
                guard let interrupt, interrupt.wait(for: descriptor, POLLIN) == .ready else { return 0 }
            default: throw .file(ownsDescriptor ? .fileUnreadable : .streamFailed, "read", path, errno: errno)
            }
        }
    }

    // MARK: Following

    /// What has happened to a followed file since it was read.
    public enum Change: Sendable {
        case none
        case grown
        /// It was cut, to be written from its beginning again.
        case truncated
        /// Another file has its name; `isEmpty`: and nobody has written to that yet.
        case replaced(isEmpty: Bool)
        /// No file has its name.
        case gone
    }

    /// Looks whether a followed file has grown, been cut, or been replaced by another under its name. Growth comes
    /// first, also of a file that has another name by now: its writer may not know yet.
    public func change() -> Change {
        var status = stat()
        let read = blockPosition + block.count
        if fstat(descriptor, &status) == 0 {
            if Int(status.st_size) > read { return .grown }
            if Int(status.st_size) < read { return .truncated }
        }
        guard stat(path, &status) == 0 else { return .gone }
        let isSame = RegularFile.identity(status) == RegularFile.identity(of: descriptor)
        return isSame ? .none : .replaced(isEmpty: status.st_size == 0)
    }

    /// Goes back to the beginning of a file that was cut. Its records get another identity than those before.
    public func rewind() throws(IntegrationError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .file(.fileUnreadable, "read again", path, errno: errno)
        }
        let (descriptor, path, identity) = (descriptor, path, identity)
        begin(descriptor, path: path)
        ownsDescriptor = true
        isRegular = true
        self.identity = Self.stream(after: identity)
    }
}
