internal import Glibc

/// The memory of one batch: sixteen byte bases, tape words, and scratch bytes for what steps make.
///
/// Everything that a batch's documents refer to stands here and is freed at once. Words live in chunks that never
/// move, so a view stays valid until `reset()`; a document under construction moves alone when its chunk is full.
/// Base 0 is the delivery's own bytes, base 1 the flow's literals, base 2 scratch; the rest are attached by need.
public final class Arena: @unchecked Sendable {
    // Proof of Sendable: an arena belongs to one batch, and a batch to one lane at a time. Only the lane's steps write;
    // while destinations read (possibly several at once) nobody does.

    /// Base of the delivery's bytes.
    public static let sourceBase = 0
    /// Base of the flow's interned literals.
    public static let literalBase = 1
    /// Base of bytes that steps made.
    public static let scratchBase = 2
    /// Number of bases.
    public static let baseCount = 16

    /// Start of each base; entries that are not attached point at an empty block.
    public let bases: UnsafeMutablePointer<UnsafePointer<UInt8>>
    private var owners: [ByteBlock?]
    private var attachedBases = 3

    private var chunk: UnsafeMutablePointer<Word>
    private var chunkCapacity: Int
    private var chunkUsed = 0
    private var fullChunks: [UnsafeMutablePointer<Word>] = []

    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity: Int
    /// Number of scratch bytes in use.
    public private(set) var scratchCount = 0
    private var outgrownScratch: [UnsafeMutablePointer<UInt8>] = []

    let indexer: StructuralIndexer

    private static let firstChunk = 4096
    private static let firstScratch = 1024
    /// Chunks above this many words are given back at a reset: 8 MiB.
    private static let keptChunk = 1 << 20
    private static let keptScratch = 4 << 20
    private static let nothing = ByteBlock([])

    public convenience init() {
        self.init(words: Self.firstChunk, scratch: Self.firstScratch, indexer: StructuralIndexer())
    }

    /// With room for so many words and scratch bytes at first, for a document that is copied and not parsed.
    convenience init(words: Int, scratch: Int) {
        self.init(words: max(1, words), scratch: scratch, indexer: Self.unusedIndexer)
    }

    /// Stands where nothing is ever parsed.
    private nonisolated(unsafe) static let unusedIndexer = StructuralIndexer()

    private init(words: Int, scratch room: Int, indexer: StructuralIndexer) {
        bases = .allocate(capacity: Self.baseCount)
        bases.initialize(repeating: Self.nothing.start, count: Self.baseCount)
        owners = Array(repeating: nil, count: Self.baseCount)
        chunk = .allocate(capacity: words)
        chunkCapacity = words
        scratch = .allocate(capacity: room + ByteBlock.padding)
        scratchCapacity = room
        bases[Self.scratchBase] = UnsafePointer(scratch)
        self.indexer = indexer
    }

    deinit {
        chunk.deallocate()
        for full in fullChunks { full.deallocate() }
        scratch.deallocate()
        for old in outgrownScratch { old.deallocate() }
        bases.deallocate()
    }

    /// Forgets every document, scratch byte and block, and keeps the memory for the next batch.
    public func reset() {
        for full in fullChunks { full.deallocate() }
        fullChunks.removeAll(keepingCapacity: true)
        if chunkCapacity > Self.keptChunk {
            chunk.deallocate()
            chunk = .allocate(capacity: Self.firstChunk)
            chunkCapacity = Self.firstChunk
        }
        chunkUsed = 0
        for old in outgrownScratch { old.deallocate() }
        outgrownScratch.removeAll(keepingCapacity: true)
        if scratchCapacity > Self.keptScratch {
            scratch.deallocate()
            scratch = .allocate(capacity: Self.firstScratch + ByteBlock.padding)
            scratchCapacity = Self.firstScratch
        }
        scratchCount = 0
        for base in 0..<Self.baseCount {
            owners[base] = nil
            bases[base] = Self.nothing.start
        }
        bases[Self.scratchBase] = UnsafePointer(scratch)
        attachedBases = 3
    }

    // MARK: Bytes

    /// Makes `block` the bytes of `base` and keeps it alive until the reset.
    public func attach(_ block: ByteBlock, as base: Int) {
        precondition(base != Self.scratchBase && base < Self.baseCount, "base \(base) can't be attached")
        owners[base] = block
        bases[base] = block.start
    }

    /// Attaches `block` under the first free base, or the one it already has; nil when all sixteen are taken (the
    /// caller then copies what it needs into scratch).
    public func attach(_ block: ByteBlock) -> Int? {
        for base in 0..<attachedBases where owners[base] === block { return base }
        guard attachedBases < Self.baseCount else { return nil }
        let base = attachedBases
        attachedBases += 1
        attach(block, as: base)
        return base
    }

    /// The bytes of a slice; valid until the next write to scratch.
    @inlinable
    public func bytes(_ slice: Slice) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bases[Int(slice.base)] + Int(slice.offset), count: Int(slice.length))
    }

    /// Reserves room for `count` scratch bytes and lets `write` fill it; it returns how many it used.
    ///
    /// - Parameter write: gets memory for `count` bytes (and padding) that lives only during the call.
    @inlinable
    public func appendScratch(count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) -> Slice {
        let target = reserveScratch(count)
        let used = write(target)
        return commitScratch(used)
    }

    /// Copies bytes into scratch.
    public func appendScratch(_ bytes: UnsafeBufferPointer<UInt8>) -> Slice {
        appendScratch(count: bytes.count) { target in
            if let start = bytes.baseAddress { memcpy(target, start, bytes.count) }
            return bytes.count
        }
    }

    @usableFromInline
    func reserveScratch(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if scratchCount + count > scratchCapacity { growScratch(by: count) }
        return scratch + scratchCount
    }

    @usableFromInline
    func commitScratch(_ used: Int) -> Slice {
        let slice = Slice(base: Self.scratchBase, offset: scratchCount, length: used)
        scratchCount += used
        return slice
    }

    private func growScratch(by count: Int) {
        // The old bytes stay until the reset: a view may still read them.
        let capacity = max(scratchCapacity * 2, scratchCount + count)
        precondition(capacity < Int(UInt32.max), "a batch made more than 4 GiB of scratch bytes")
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + ByteBlock.padding)
        memcpy(grown, scratch, scratchCount)
        outgrownScratch.append(scratch)
        scratch = grown
        scratchCapacity = capacity
        bases[Self.scratchBase] = UnsafePointer(grown)
    }

    // MARK: Words

    /// Room for at least `count` words. Nothing is taken until `commitWords`.
    @usableFromInline
    func reserveWords(_ count: Int) -> UnsafeMutableBufferPointer<Word> {
        if chunkUsed + count > chunkCapacity { openChunk(count) }
        return UnsafeMutableBufferPointer(start: chunk + chunkUsed, count: chunkCapacity - chunkUsed)
    }

    /// Takes the first `count` of the words that were reserved last.
    @usableFromInline
    func commitWords(_ count: Int) {
        chunkUsed += count
        assert(chunkUsed <= chunkCapacity)
    }

    private func openChunk(_ count: Int) {
        fullChunks.append(chunk)
        chunkCapacity = max(chunkCapacity * 2, count)
        chunk = .allocate(capacity: chunkCapacity)
        chunkUsed = 0
    }

    /// A view of `word` in this arena. The word must stay where it is for as long as the view is used.
    @inlinable @inline(__always)
    public func view(_ word: UnsafePointer<Word>) -> View { View(word, UnsafePointer(bases)) }

    /// A view of a single word that this arena keeps.
    public func view(of word: Word) -> View {
        let room = reserveWords(1)
        room[0] = word
        commitWords(1)
        return view(UnsafePointer(room.baseAddress.unsafelyUnwrapped))
    }

    /// Bytes of memory that this arena holds now: words, scratch and attached blocks.
    public var footprint: Int {
        (chunkCapacity * 8) + scratchCapacity + owners.reduce(0) { $0 + ($1?.count ?? 0) }
    }
}
