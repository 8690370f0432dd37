internal import IntegrationCore

/// Names of hosts, as they are written into and read from messages (RFC 1035, 3.1 and 4.1.4).
enum DNSName {
    /// Bytes of a name at most, lengths included.
    static let longest = 255
    private static let longestLabel = 63
    /// A name that goes on elsewhere more often than this goes round in circles.
    private static let mostJumps = 32

    /// - Throws: where that is no name of a host.
    static func encode(_ name: String) throws(IntegrationError) -> [UInt8] {
        var bytes: [UInt8] = []
        let text = name.hasSuffix(".") ? String(name.dropLast()) : name
        for label in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard (1...longestLabel).contains(label.utf8.count), label.utf8.allSatisfy(isOfHost) else {
                throw IntegrationError(.hostUnknown, "`\(name)` is no name of a host")
            }
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        bytes.append(0)
        guard bytes.count <= longest else { throw IntegrationError(.hostUnknown, "`\(name)` is too long for a name") }
        return bytes
    }

    /// Reads a name and moves `place` behind it; nil where there is none, or it is not one of a host.
    ///
    /// - Returns: lower case, without the last dot; empty for the root.
    static func decode(_ message: [UInt8], at place: inout Int) -> String? {
        var position = place
        var labels: [String] = []
        var length = 0
        var jumps = 0
        while position < message.count {
            let head = Int(message[position])
            switch head >> 6 {
            case 0 where head == 0:
                if jumps == 0 { place = position + 1 }
                return labels.joined(separator: ".")
            case 0:
                length += head + 1
                guard length < longest, position + 1 + head <= message.count else { return nil }
                let label = message[(position + 1)...(position + head)]
                guard label.allSatisfy(isOfHost) else { return nil }
                labels.append(String(decoding: label.map(lowered), as: UTF8.self))
                position += head + 1
            case 3:
                guard position + 1 < message.count else { return nil }
                let target = (head & 0x3F) << 8 | Int(message[position + 1])
                if jumps == 0 { place = position + 2 }
                jumps += 1
                // Only backwards, as the RFC has it ("a prior occurrence").
                guard jumps <= mostJumps, target < position else { return nil }
                position = target
            default: return nil
            }
        }
        return nil
    }

    /// Letters, digits, hyphens and underscores: whatever else a name server may say does not get into an address.
    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
