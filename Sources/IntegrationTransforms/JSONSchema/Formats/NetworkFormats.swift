/// Addresses.
enum NetworkFormats {
    /// Four numbers from 0 to 255 without leading zeros (RFC 2673, 3.2).
    static func isIPv4(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        for part in 0..<4 {
            if part > 0, !scanner.take(".") { return false }
            let start = scanner.at
            let length = scanner.skip(while: \.isDigit)
            guard (1...3).contains(length), length == 1 || text[start] != 0x30 else { return false }
            scanner.at = start
            guard let value = scanner.digits(length), value <= 255 else { return false }
        }
        return scanner.isAtEnd
    }

    /// RFC 4291, 2.2.
    static func isIPv6(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        var groups = 0
        var gap = false
        if scanner.take(":") {
            guard scanner.take(":") else { return false }
            gap = true
        }
        while !scanner.isAtEnd {
            let start = scanner.at
            let length = scanner.skip(while: \.isHexDigit)
            if scanner.peek == UInt8(ascii: ".") {
                groups += 2
                guard isIPv4(UnsafeBufferPointer(rebasing: text[start...])) else { return false }
                return gap ? groups <= 7 : groups == 8
            }
            guard (1...4).contains(length) else { return false }
            groups += 1
            if scanner.isAtEnd { break }
            guard scanner.take(":") else { return false }
            if scanner.take(":") {
                guard !gap else { return false }
                gap = true
            } else if scanner.isAtEnd {
                return false
            }
        }
        return gap ? groups <= 7 : groups == 8
    }

    /// A mailbox (RFC 5321, 4.1.2; with characters beyond ASCII: RFC 6531, 3.3).
    static func isEmail(_ text: UnsafeBufferPointer<UInt8>, isInternational: Bool) -> Bool {
        var scanner = ByteScanner(text)
        guard localPart(&scanner, isInternational), scanner.take("@") else { return false }
        let domain = UnsafeBufferPointer(rebasing: text[scanner.at...])
        if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") {
            let address = UnsafeBufferPointer(rebasing: domain[1..<(domain.count - 1)])
            guard address.count > 5, address[4] == UInt8(ascii: ":"),
                address.prefix(4).elementsEqual("ipv6".utf8, by: { $0 | 0x20 == $1 | 0x20 })
            else { return isIPv4(address) }
            return isIPv6(UnsafeBufferPointer(rebasing: address[5...]))
        }
        return isInternational ? HostNames.isInternationalHostName(domain) : HostNames.isHostName(domain)
    }

    private static func localPart(_ scanner: inout ByteScanner, _ isInternational: Bool) -> Bool {
        let start = scanner.at
        if scanner.take("\"") {
            while let byte = scanner.peek, byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\\") { scanner.at += 1 }
                guard let byte = scanner.peek, byte >= 0x20, byte != 0x7F, byte < 0x80 || isInternational else {
                    return false
                }
                scanner.at += 1
            }
            return scanner.take("\"") && scanner.at - start <= 64
        }
        repeat {
            let length = scanner.skip { byte in
                byte.isLetter || byte.isDigit || (byte >= 0x80 && isInternational) || symbols.contains(byte)
            }
            guard length > 0 else { return false }
        } while scanner.take(".")
        return scanner.at - start <= 64
    }

    /// What an atom may hold beside letters and digits (RFC 5322, 3.2.3).
    private static let symbols = Set("!#$%&'*+-/=?^_`{|}~".utf8)
}
