/// Addresses with a common beginning, such as `10.0.0.0/8`.
public struct NetworkBlock: Sendable, Hashable {
    public let address: NetworkAddress
    /// In bits.
    public let prefix: Int

    /// Reads `10.0.0.0/8`, or a single address; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { return nil }
        let bits = address.bytes.count * 8
        guard parts.count == 2 else {
            (self.address, prefix) = (address, bits)
            return
        }
        guard let prefix = Int(parts[1]), (0...bits).contains(prefix), !parts[1].hasPrefix("+") else { return nil }
        (self.address, self.prefix) = (address, prefix)
    }

    public func contains(_ other: NetworkAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else {
            return other.embedded.map { contains($0) } ?? false
        }
        let whole = prefix / 8
        guard other.bytes[..<whole] == address.bytes[..<whole] else { return false }
        guard prefix % 8 != 0 else { return true }
        let shift = UInt8(8 - prefix % 8)
        return other.bytes[whole] >> shift == address.bytes[whole] >> shift
    }
}
