internal import FuzzerSupport
internal import Glibc

/// Addresses that come from outside: what is written is read as the same, and nothing that the guard lets through leads
/// inside, however its host is spelled.
enum AddressFuzzer: Fuzzer {
    static let name = "addresses"
    /// Any name, and no address but public ones.
    private static let outside = AddressGuard.publicOnly.forRedirects

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let text = text(parts, 0) else { return }
        withinTime {
            checkBlock(text)
            checkHost(text)
            guard let address = try? HTTPAddress(text) else { return }
            checkParts(address)
            checkHost(address.host)
            checkReference(Self.text(parts, 1) ?? text, address)
        }
    }

    private static func checkParts(_ address: HTTPAddress) {
        require((1...65535).contains(address.port), "its port is \(address.port)")
        require(!address.host.isEmpty && !address.host.contains { "/?#@[]\\ %".contains($0) }, "host \(address.host)")
        require(address.path.isEmpty || address.path.hasPrefix("/"), "its path is \(address.path)")
        require(address.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "it is written as \(address.text)")
        guard let again = try? HTTPAddress(address.text) else { return require(false, "not read: \(address.text)") }
        require(again.text == address.text && again.origin == address.origin, "it becomes \(again.text)")
        require(!address.shown.contains("?"), "its query is shown")
    }

    /// A redirect's target.
    private static func checkReference(_ reference: String, _ base: HTTPAddress) {
        if let target = try? base.resolving(reference) {
            checkParts(target)
            checkHost(target.host)
            if reference.hasPrefix("/"), !reference.hasPrefix("//") {
                require(target.origin == base.origin, "a path leads to \(target.origin)")
                require(!target.path.split(separator: "/").contains(".."), "it still climbs: \(target.path)")
            }
        }
        let longer = base.appending(path: reference)
        require(longer.origin == base.origin, "a path leads to \(longer.origin)")
        checkParts(longer)
    }

    /// What the system would make of a host is looked at by a reading of its own.
    private static func checkHost(_ host: String) {
        guard !host.utf8.contains(0), (try? outside.check(host: host)) != nil else { return }
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_pton(AF_INET6, host, &sixteen) == 1 {
            let bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
            require(!isInner(bytes), "\(host) is let through")
        } else if inet_aton(host, &four) == 1 {
            // Such as `0x7f.1` or `2130706433`: a name to the guard, which looks at what it resolves to.
            let bytes = withUnsafeBytes(of: &four) { Array($0) }
            let isAdmitted = (try? outside.check(NetworkAddress(bytes: bytes), of: host)) != nil
            require(!isAdmitted || !isInner(bytes), "\(host) is let through")
        }
    }

    private static func isInner(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else {
            switch (bytes[0], bytes[1]) {
            case (0, _), (10, _), (127, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): return true
            default: return bytes[0] >= 224
            }
        }
        let leadingZeros = bytes.prefix { $0 == 0 }.count
        let last = Array(bytes[12...])
        if leadingZeros >= 10 {
            // `::1`, IPv4-compatible and IPv4-mapped addresses.
            let isMapped = bytes[10] == 0xFF && bytes[11] == 0xFF
            return leadingZeros >= 12 || isMapped && isInner(last)
        }
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) { return isInner(last) }
        if bytes.starts(with: [0x20, 0x02]) { return isInner(Array(bytes[2..<6])) }
        return bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || bytes[0] == 0xFF
    }

    private static func checkBlock(_ text: String) {
        guard let block = NetworkBlock(text) else { return }
        require(block.contains(block.address), "a block without its own address")
        require((0...block.address.bytes.count * 8).contains(block.prefix), "its prefix is \(block.prefix)")
        let written = "\(block.address)/\(block.prefix)"
        require(NetworkBlock(written) == block, "it is written as \(written)")
        require((try? AddressGuard(allowing: [text])) != nil, "a block can't be allowed")
    }
}
