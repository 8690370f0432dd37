internal import NIOSSL

/// What a certificate says about itself (X.509, RFC 5280), for people.
public struct CertificateFacts: Sendable, Hashable {
    /// Whom it is for: its alternative names, else its common name.
    public let names: [String]
    /// The common name of whoever signed it; nil where there is none.
    public let issuer: String?
    /// Whether it names itself as its signer.
    public let isSelfSigned: Bool
    /// Seconds since 1970-01-01T00:00:00Z.
    public let notBefore: Int
    public let notAfter: Int

    init(_ certificate: NIOSSLCertificate) {
        // Without its encoding the names are left out: the facts are words for a person, and decide nothing.
        let encoded = (try? certificate.toDERBytes()) ?? []
        let (issuerName, subjectName) = Self.issuerAndSubject(encoded)
        let alternatives = certificate._subjectAlternativeNames().compactMap { name -> String? in
            switch name.nameType {
            case .dnsName: String(decoding: name.contents, as: UTF8.self)
            case .ipAddress where name.contents.count == 4 || name.contents.count == 16:
                NetworkAddress(bytes: Array(name.contents)).description
            default: nil
            }
        }
        names = alternatives.isEmpty ? Self.commonName(subjectName).map { [$0] } ?? [] : alternatives
        issuer = Self.commonName(issuerName)
        isSelfSigned = !issuerName.isEmpty && issuerName.elementsEqual(subjectName)
        notBefore = Int(certificate.notValidBefore)
        notAfter = Int(certificate.notValidAfter)
    }

    /// Whole days from `now` (seconds since 1970) until it expires; negative when it has.
    public func daysLeft(at now: Int) -> Int { Int((Double(notAfter - now) / 86_400).rounded(.down)) }

    /// The last day on which it is valid, such as `2026-11-28`.
    public var lastDay: String { CivilDate(notAfter).dayText }

    /// The first day on which it is valid.
    public var firstDay: String { CivilDate(notBefore).dayText }

    // MARK: DER (X.690)

    /// One element: its tag, its content, and where it ends.
    private struct Element {
        var tag: UInt8
        var content: ArraySlice<UInt8>
        var end: Int
    }

    private static func element(_ bytes: ArraySlice<UInt8>) -> Element? {
        var at = bytes.startIndex
        guard bytes.count >= 2 else { return nil }
        let tag = bytes[at]
        var length = Int(bytes[at + 1])
        at += 2
        if length >= 0x80 {
            let count = length & 0x7F
            guard (1...4).contains(count), bytes.endIndex - at >= count else { return nil }
            length = bytes[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
            at += count
        }
        guard bytes.endIndex - at >= length else { return nil }
        return Element(tag: tag, content: bytes[at..<(at + length)], end: at + length)
    }

    private static func elements(_ bytes: ArraySlice<UInt8>) -> [Element] {
        var all: [Element] = []
        var rest = bytes
        while let next = element(rest) {
            all.append(next)
            rest = rest[next.end...]
        }
        return all
    }

    /// The two names of a certificate, encoded.
    private static func issuerAndSubject(_ bytes: [UInt8]) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        guard let whole = element(bytes[...]), let inner = element(whole.content) else { return ([], []) }
        // version (tagged 0, may be missing), serial number, algorithm, issuer, validity, subject
        var fields = elements(inner.content)
        if fields.first?.tag == 0xA0 { fields.removeFirst() }
        guard fields.count >= 5 else { return ([], []) }
        return (fields[2].content, fields[4].content)
    }

    /// The common name (2.5.4.3), else the organisation (2.5.4.10) of an encoded name.
    private static func commonName(_ name: ArraySlice<UInt8>) -> String? {
        var organisation: String?
        for set in elements(name) {
            for pair in elements(set.content) {
                let parts = elements(pair.content)
                guard parts.count == 2 else { continue }
                let text = String(decoding: parts[1].content, as: UTF8.self)
                if Array(parts[0].content) == [0x55, 0x04, 0x03] { return text }
                if Array(parts[0].content) == [0x55, 0x04, 0x0A] { organisation = text }
            }
        }
        return organisation
    }
}
