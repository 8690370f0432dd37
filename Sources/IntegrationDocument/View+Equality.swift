internal import Glibc

extension View {
    /// Whether two values are equal: numbers by their value, strings by their characters, arrays in order, objects
    /// without order of members (JSON Schema 2020-12 core, 4.2.2).
    public func isEqual(to other: View) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null), (.true, .true), (.false, .false): return true
        case (.integer, .integer), (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal):
            if word.length == other.word.length, memcmp(text, other.text, word.length) == 0 { return true }
            return ExactNumber(self) == ExactNumber(other)
        case (.string, .string), (.string, .escapedString), (.escapedString, .string), (.escapedString, .escapedString):
            return KeyBytes.equal(word, bases[word.base], other.word, other.bases[other.word.base])
        case (.array, .array):
            guard word.count == other.word.count else { return false }
            var left = elements
            var right = other.elements
            while let one = left.next(), let two = right.next() {
                guard one.isEqual(to: two) else { return false }
            }
            return true
        case (.object, .object):
            guard word.count == other.word.count else { return false }
            return members.allSatisfy { member in
                member.key.withDecodedBytes { other.member($0) }.map { member.value.isEqual(to: $0) } ?? false
            }
        default: return false
        }
    }
}

/// A JSON number by its exact decimal value: sign, significant digits and power of ten.
struct ExactNumber: Equatable {
    var isNegative: Bool
    /// Significant digits without leading and trailing zeros; empty for zero.
    var digits: [UInt8]
    /// The value is `0.digits × 10^exponent`.
    var exponent: Int

    init(_ view: View) {
        var digits: [UInt8] = []
        var point: Int?
        var power = 0
        var isNegative = false
        var text = view.rawBytes[...]
        if text.first == UInt8(ascii: "-") {
            isNegative = true
            text = text.dropFirst()
        }
        if let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            let written = String(decoding: text[(mark + 1)...], as: UTF8.self)
            power = Int(written) ?? (written.hasPrefix("-") ? -1 << 60 : 1 << 60)
            text = text[..<mark]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        var exponent = (point ?? digits.count) + power
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
    }
}
