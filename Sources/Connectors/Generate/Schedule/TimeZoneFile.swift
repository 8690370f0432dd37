/// Reads a TZif file, versions 1 to 4 (RFC 9636, section 3).
struct TimeZoneFile {
    private let bytes: [UInt8]
    private var position = 0

    /// The six counts of a header, in the order of the file.
    private struct Header {
        var version: UInt8
        var utcIndicators, standardIndicators, leapSeconds, transitions, types, characters: Int

        /// The size of the data block behind it, with times of `width` bytes.
        func dataSize(width: Int) -> Int {
            transitions * (width + 1) + types * 6 + characters + leapSeconds * (width + 4) + standardIndicators
                + utcIndicators
        }
    }

    /// - Returns: The rules in the file.
    /// - Throws: What is wrong with its content.
    static func rules(_ bytes: [UInt8], name: String) throws(TimeZoneError) -> TimeZoneRules {
        var file = TimeZoneFile(bytes: bytes)
        do {
            return try file.read(name: name)
        } catch {
            throw TimeZoneError(message: "the file of time zone `\(name)` is damaged: \(error.message)")
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func read(name: String) throws(TimeZoneError) -> TimeZoneRules {
        var header = try header()
        var width = 4
        if header.version > 1 {
            // The first block repeats what 32 bits can hold, for old readers.
            try skip(header.dataSize(width: 4))
            header = try self.header()
            width = 8
        }
        guard header.types > 0, header.leapSeconds == 0 else {
            let reason = header.types == 0 ? "it has no local time type" : "leap seconds are not supported"
            throw TimeZoneError(message: reason)
        }
        guard bytes.count - position >= header.dataSize(width: width) else { throw Self.tooShort }

        var transitions: [Int64] = []
        transitions.reserveCapacity(header.transitions)
        for _ in 0..<header.transitions {
            let instant = try integer(width: width)
            if let last = transitions.last, last >= instant {
                throw TimeZoneError(message: "its transitions are not in ascending order")
            }
            transitions.append(instant)
        }
        let kinds = try take(header.transitions)
        var types: [Int64] = []
        for _ in 0..<header.types {
            types.append(try integer(width: 4))
            try skip(2)
        }
        guard kinds.allSatisfy({ $0 < types.count }) else {
            throw TimeZoneError(message: "a transition names a local time type that is not there")
        }
        try skip(header.characters + header.standardIndicators + header.utcIndicators)
        return TimeZoneRules(
            name: name, transitions: transitions, offsets: kinds.map { types[Int($0)] }, initialOffset: types[0],
            footer: width == 8 ? try footer() : nil)
    }

    private mutating func header() throws(TimeZoneError) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else {
            throw TimeZoneError(message: "it does not begin with `TZif`")
        }
        // A zero byte is version 1, the digits 2, 3 and 4 are the later ones.
        let version = try take(1).first.map { $0 == 0 ? 1 : $0 &- UInt8(ascii: "0") } ?? 0
        guard (1...4).contains(version) else { throw TimeZoneError(message: "its version is unknown") }
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try integer(width: 4))) }
        guard counts.allSatisfy({ (0...1_000_000).contains($0) }) else {
            throw TimeZoneError(message: "a count of its header is out of range")
        }
        return Header(
            version: version, utcIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2],
            transitions: counts[3], types: counts[4], characters: counts[5])
    }

    /// The POSIX TZ string between two line feeds; an empty one means that the last offset stays.
    private mutating func footer() throws(TimeZoneError) -> PosixTimeZone? {
        let rest = bytes[position...]
        guard rest.first == UInt8(ascii: "\n"),
            let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\n"))
        else { throw Self.tooShort }
        let text = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
        guard !text.isEmpty else { return nil }
        guard let zone = PosixTimeZone(text) else { throw TimeZoneError(message: "its footer `\(text)` is malformed") }
        return zone
    }

    private static let tooShort = TimeZoneError(message: "it ends too early")

    private mutating func take(_ count: Int) throws(TimeZoneError) -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw Self.tooShort }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    private mutating func skip(_ count: Int) throws(TimeZoneError) {
        _ = try take(count)
    }

    /// A signed big-endian integer of 4 or 8 bytes.
    private mutating func integer(width: Int) throws(TimeZoneError) -> Int64 {
        let bits = try take(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }
}
