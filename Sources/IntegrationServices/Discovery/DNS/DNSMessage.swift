internal import Glibc
internal import IntegrationCore

/// Queries and answers on the wire (RFC 1035, 4.1).
struct DNSMessage: Sendable {
    let id: UInt16
    /// Lower case, without the last dot.
    let name: String
    let kind: DNSKind
    private let encodedName: [UInt8]

    /// Records of an answer that are looked at; the rest is left.
    static let mostRecords = 2000

    /// A question.
    ///
    /// - Throws: where `name` is no name of a host.
    init(id: UInt16, name: String, kind: DNSKind) throws(IntegrationError) {
        self.id = id
        self.kind = kind
        self.name = (name.hasSuffix(".") ? String(name.dropLast()) : name).lowercased()
        encodedName = try DNSName.encode(self.name)
    }

    /// The query: recursion desired, and answers of up to 1,232 bytes in a datagram (RFC 6891).
    var query: [UInt8] {
        var bytes: [UInt8] = []
        for number in [id, 0x0100, 1, 0, 0, 1] as [UInt16] { bytes += Self.bytes(number) }
        bytes += encodedName + Self.bytes(kind.rawValue) + Self.bytes(1)
        bytes += [0] + Self.bytes(41) + Self.bytes(1232) + [0, 0, 0, 0, 0, 0]
        return bytes
    }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }

    /// Reads an answer to this question; nil where it answers another one, or is no message.
    func answer(_ message: [UInt8]) -> DNSAnswer? {
        var reader = Reader(message: message)
        guard let id = reader.number(), let flags = reader.number(), let questions = reader.number(),
            let answers = reader.number(), reader.skip(4), id == self.id, flags & 0x8000 != 0, questions == 1,
            reader.name() == name, reader.number() == Int(kind.rawValue), reader.number() == 1
        else { return nil }
        var answer = DNSAnswer(code: flags & 0xF, isTruncated: flags & 0x0200 != 0, records: [])
        if answer.isTruncated { return answer }
        for _ in 0..<min(answers, Self.mostRecords) {
            switch reader.record() {
            case .record(let record): answer.records.append(record)
            case .other: continue
            case .end: return nil
            }
        }
        return answer
    }
}

private struct Reader {
    let message: [UInt8]
    var place = 0

    mutating func number() -> Int? {
        guard place + 2 <= message.count else { return nil }
        defer { place += 2 }
        return Int(message[place]) << 8 | Int(message[place + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
        place += count
        return place <= message.count
    }

    mutating func name() -> String? { DNSName.decode(message, at: &place) }

    enum Entry {
        case record(DNSRecord)
        /// One of another kind, or with a name that is none of a host.
        case other
        /// The message is cut off there.
        case end
    }

    mutating func record() -> Entry {
        let start = place
        let name = name()
        if name == nil, !skipName(from: start) { return .end }
        guard let kind = number(), let family = number(), let high = number(), let low = number(),
            let length = number(), place + length <= message.count
        else { return .end }
        let end = place + length
        let content = family == 1 ? content(DNSKind(rawValue: UInt16(kind)), length) : nil
        place = end
        guard let name, let content else { return .other }
        // RFC 2181, 8: the highest bit means zero.
        let seconds = high & 0x8000 == 0 ? high << 16 | low : 0
        return .record(DNSRecord(name: name, ttl: .seconds(seconds), content: content))
    }

    /// Passes over a name that is none of a host.
    private mutating func skipName(from start: Int) -> Bool {
        place = start
        while place < message.count {
            let head = Int(message[place])
            if head >> 6 == 3 { return skip(2) }
            guard head >> 6 == 0 else { return false }
            place += head + 1
            if head == 0 { return true }
        }
        return false
    }

    private mutating func content(_ kind: DNSKind?, _ length: Int) -> DNSRecord.Content? {
        switch kind {
        case .a: return length == 4 ? address(AF_INET, 4) : nil
        case .aaaa: return length == 16 ? address(AF_INET6, 16) : nil
        case .alias: return name().map { .alias($0) }
        case .service:
            guard let priority = number(), let weight = number(), let port = number(), let target = name() else {
                return nil
            }
            return .service(priority: priority, weight: weight, port: port, target: target)
        case nil: return nil
        }
    }

    private func address(_ family: Int32, _ count: Int) -> DNSRecord.Content? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isWritten = message[place..<(place + count)].withUnsafeBytes {
            inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) != nil
        }
        guard isWritten else { return nil }
        return .address(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
