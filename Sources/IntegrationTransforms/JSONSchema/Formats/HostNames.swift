/// Host names (RFC 1123, 2.1), with labels of other scripts as RFC 5890 to 5893 allow them.
enum HostNames {
    private static let mostLetters = 253
    private static let mostLettersOfLabel = 63

    /// ASCII only; labels that begin with `xn--` must stand for labels that are allowed.
    static func isHostName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= mostLetters else { return false }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
    }

    private static func isLabel(_ label: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard (1...mostLettersOfLabel).contains(label.count), label.first != UInt8(ascii: "-"),
            label.last != UInt8(ascii: "-"),
            label.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") })
        else { return false }
        guard label.count >= 4, label[label.startIndex] | 0x20 == UInt8(ascii: "x"),
            label[label.startIndex + 1] | 0x20 == UInt8(ascii: "n"),
            label.dropFirst(2).prefix(2).elementsEqual("--".utf8)
        else { return true }
        guard let decoded = Punycode.decode(label.dropFirst(4)), decoded.contains(where: { !$0.isASCII }) else {
            return false
        }
        // The same label has only one such form.
        guard let again = Punycode.encode(decoded), again.elementsEqual(label.dropFirst(4).map(lowercased)) else {
            return false
        }
        return InternationalLabel.isAllowed(decoded)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Labels of any script, divided by any of the four full stops of RFC 3490, 3.1.
    static func isInternationalHostName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        var length = -1
        let labels = scalars.split(omittingEmptySubsequences: false) { scalar in
            scalar == "." || scalar == "\u{3002}" || scalar == "\u{FF0E}" || scalar == "\u{FF61}"
        }
        for label in labels {
            if label.allSatisfy(\.isASCII) {
                let bytes = label.map { UInt8($0.value) }
                guard bytes.withUnsafeBufferPointer({ isLabel($0[...]) }) else { return false }
                length += label.count + 1
                continue
            }
            // Upper case is mapped away before a name is looked up (RFC 5895, 2).
            let label = label.map { $0.isASCII ? Unicode.Scalar(lowercased(UInt8($0.value))) : $0 }
            guard InternationalLabel.isAllowed(label), let encoded = Punycode.encode(label),
                encoded.count + 4 <= mostLettersOfLabel
            else { return false }
            length += encoded.count + 5
        }
        return length <= mostLetters
    }
}

/// RFC 3492.
enum Punycode {
    private static let base = 36

    private static func adapted(_ delta: Int, _ points: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / points
        var k = 0
        while delta > 455 {
            delta /= 35
            k += base
        }
        return k + 36 * delta / (delta + 38)
    }

    private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, 1), 26) }

    /// What stands behind `xn--`, as characters; nil where it is broken.
    static func decode(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> [Unicode.Scalar]? {
        var output: [Unicode.Scalar] = []
        var rest = text
        if let mark = text.lastIndex(of: UInt8(ascii: "-")) {
            output = text[..<mark].map { Unicode.Scalar($0) }
            rest = text[(mark + 1)...]
        }
        guard !rest.isEmpty else { return nil }
        var code = 128
        var index = 0
        var bias = 72
        while !rest.isEmpty {
            let before = index
            var weight = 1
            var k = base
            while true {
                guard let byte = rest.popFirst(), let digit = digit(byte) else { return nil }
                index += digit * weight
                guard index < 1 << 40 else { return nil }
                let threshold = threshold(k, bias)
                if digit < threshold { break }
                weight *= base - threshold
                guard weight < 1 << 40 else { return nil }
                k += base
            }
            let count = output.count + 1
            bias = adapted(index - before, count, isFirst: before == 0)
            code += index / count
            index %= count
            guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else { return nil }
            output.insert(scalar, at: index)
            index += 1
        }
        return output
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if byte.isLetter { return Int((byte | 0x20) - 0x61) }
        return byte.isDigit ? Int(byte - 0x30) + 26 : nil
    }

    /// What would stand behind `xn--`; nil where the text is too long for any label.
    static func encode(_ text: [Unicode.Scalar]) -> [UInt8]? {
        guard text.count <= 63 else { return nil }
        var output = text.filter(\.isASCII).map { UInt8($0.value) }
        let basic = output.count
        var handled = basic
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var code = 128
        var delta = 0
        var bias = 72
        while handled < text.count {
            guard let next = text.map({ Int($0.value) }).filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in text {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                var rest = delta
                var k = base
                while true {
                    let threshold = threshold(k, bias)
                    if rest < threshold { break }
                    output.append(letter(threshold + (rest - threshold) % (base - threshold)))
                    rest = (rest - threshold) / (base - threshold)
                    k += base
                }
                output.append(letter(rest))
                bias = adapted(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return output
    }

    private static func letter(_ digit: Int) -> UInt8 { UInt8(digit < 26 ? digit + 0x61 : digit - 26 + 0x30) }
}
