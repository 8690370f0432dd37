@testable import IntegrationServices

/// What a name server sends, written by hand.
struct DNSReply {
    var code = 0
    var isTruncated = false
    var records: [(name: String, kind: UInt16, ttl: UInt32, data: [UInt8])] = []

    static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    mutating func address(_ name: String, _ bytes: [UInt8], ttl: UInt32 = 60) {
        records.append((name, bytes.count == 4 ? 1 : 28, ttl, bytes))
    }

    mutating func alias(_ name: String, _ target: String, ttl: UInt32 = 60) {
        records.append((name, 5, ttl, Self.name(target)))
    }

    mutating func service(
        _ name: String, _ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String, ttl: UInt32 = 60
    ) {
        let data = Self.bytes(priority) + Self.bytes(weight) + Self.bytes(port) + Self.name(target)
        records.append((name, 33, ttl, data))
    }

    /// The reply to a query, which is repeated as its question.
    func bytes(to query: [UInt8]) -> [UInt8] {
        var end = 12
        while end < query.count, query[end] != 0 { end += Int(query[end]) + 1 }
        let question = query.count >= end + 5 ? Array(query[12..<(end + 5)]) : []
        var message = Array(query.prefix(2))
        message += Self.bytes(0x8180 | (isTruncated ? 0x0200 : 0) | UInt16(code))
        message += Self.bytes(1) + Self.bytes(UInt16(records.count)) + [0, 0, 0, 0] + question
        for record in records {
            // The first name is said by pointing at the question, as servers do.
            message += Self.name(record.name) == Array(question.dropLast(4)) ? [0xC0, 12] : Self.name(record.name)
            message += Self.bytes(record.kind) + [0, 1]
            message += Self.bytes(UInt16(record.ttl >> 16)) + Self.bytes(UInt16(record.ttl & 0xFFFF))
            message += Self.bytes(UInt16(record.data.count)) + record.data
        }
        return message
    }

    /// The name and the kind that a query asks for.
    static func question(_ query: [UInt8]) -> (name: String, kind: UInt16) {
        var place = 12
        let name = DNSName.decode(query, at: &place) ?? ""
        return (name, UInt16(query[place]) << 8 | UInt16(query[place + 1]))
    }
}
