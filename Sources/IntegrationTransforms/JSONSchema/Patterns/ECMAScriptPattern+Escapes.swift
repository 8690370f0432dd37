extension ECMAScriptPattern {
    /// White space and line ends of ECMA-262 (`\s`), without the brackets.
    private static let spaces = #"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"#
    /// All other characters.
    private static let nonSpaces =
        #"\u0000-\u0008\u000e-\u001f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e"#
        + #"\u2060-\u2fff\u3001-\ufefe\uff00-\u{10ffff}"#

    /// An escape outside of brackets.
    mutating func escape() throws(Failure) {
        switch peek(1) {
        case "s":
            at += 2
            output += "[" + Self.spaces + "]"
        case "S":
            at += 2
            output += "[^" + Self.spaces + "]"
        case "b", "B":
            copy()
            copy()
        case "k":
            guard peek(2) == "<" else { throw Failure(message: "\\k needs the name of a group") }
            while let scalar = peek, scalar != ">" {
                copy()
                if scalar == "\\", peek == nil { break }
            }
        case "1", "2", "3", "4", "5", "6", "7", "8", "9": try backReference()
        default: _ = try character(inClass: false)
        }
    }

    /// An escape inside brackets. Returns true where it stands for a class of characters.
    mutating func classEscape() throws(Failure) -> Bool {
        switch peek(1) {
        case "s":
            at += 2
            output += Self.spaces
            return true
        case "S":
            at += 2
            output += Self.nonSpaces
            return true
        case "b":
            at += 2
            output += #"\u0008"#
            return false
        default: return try character(inClass: true)
        }
    }

    private mutating func backReference() throws(Failure) {
        let start = at
        at += 1
        var number = 0
        while let scalar = peek, let digit = scalar.properties.numericType == .decimal ? Int(scalar.value) - 48 : nil,
            (0...9).contains(digit), number < 10_000
        {
            number = number * 10 + digit
            at += 1
        }
        guard number <= groups else { throw Failure(message: "\\\(number) at character \(start + 1) names no group") }
        output += "\\g{\(number)}"
    }

    /// What means the same inside and outside of brackets. Returns true for a class of characters.
    private mutating func character(inClass: Bool) throws(Failure) -> Bool {
        guard let escaped = peek(1) else { throw Failure(message: "a backslash stands at the end") }
        switch escaped {
        case "d", "D", "w", "W":
            copy()
            copy()
            return true
        case "n", "r", "t", "f":
            copy()
            copy()
        case "v":
            at += 2
            output += #"\u000b"#
        case "c":
            guard let letter = peek(2), letter.isASCII, letter.properties.isAlphabetic else {
                throw Failure(message: "\\c needs a letter, at character \(at + 1)")
            }
            at += 3
            append(Unicode.Scalar(UInt8(letter.value & 0x1F)))
        case "0":
            if let next = peek(2), ("0"..."9").contains(next) {
                throw Failure(message: "octal escapes are not allowed, at character \(at + 1)")
            }
            at += 2
            append("\0")
        case "x":
            guard let value = hex(from: at + 2, count: 2) else {
                throw Failure(message: "\\x needs two hexadecimal digits, at character \(at + 1)")
            }
            at += 4
            append(Unicode.Scalar(UInt8(value)))
        case "u": try unicode(inClass: inClass)
        case "p", "P":
            try property()
            return true
        default:
            guard escaped == "_" || !escaped.properties.isXIDContinue else {
                throw Failure(message: "\\\(escaped) at character \(at + 1) is no escape of ECMA-262")
            }
            at += 2
            append(escaped)
        }
        return false
    }

    /// A character that stands for itself, inside and outside of brackets.
    private mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.value > 0x20, !("0"..."9").contains(scalar) {
            output += "\\"
            output.unicodeScalars.append(scalar)
        } else if scalar.value < 0x20 {
            output += #"\x"# + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        } else {
            output.unicodeScalars.append(scalar)
        }
    }

    private func hex(from start: Int, count: Int) -> UInt32? {
        guard start + count <= text.count else { return nil }
        var value: UInt32 = 0
        for scalar in text[start..<(start + count)] {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// `\uXXXX`, pairs of surrogates, `\u{X}`.
    private mutating func unicode(inClass: Bool) throws(Failure) {
        let start = at
        var value: UInt32
        if peek(2) == "{" {
            var end = at + 3
            while end < text.count, text[end] != "}" { end += 1 }
            let digits = end - at - 3
            guard end < text.count, (1...8).contains(digits), let code = hex(from: at + 3, count: digits) else {
                throw Failure(message: "a broken \\u{…} at character \(start + 1)")
            }
            value = code
            at = end + 1
        } else {
            guard let code = hex(from: at + 2, count: 4) else {
                throw Failure(message: "\\u needs four hexadecimal digits, at character \(start + 1)")
            }
            value = code
            at += 6
            if value & 0xFC00 == 0xD800, peek == "\\", peek(1) == "u", let low = hex(from: at + 2, count: 4),
                low & 0xFC00 == 0xDC00
            {
                value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
                at += 6
            }
        }
        guard value <= 0x10FFFF else { throw Failure(message: "no such character, at character \(start + 1)") }
        if let scalar = Unicode.Scalar(value) {
            append(scalar)
        } else if !inClass {
            // Half of a pair is in no text.
            output += "(?!)"
        }
    }

    /// `\p{…}` and `\P{…}`.
    private mutating func property() throws(Failure) {
        let start = at
        let isNegated = peek(1) == "P"
        var end = at + 3
        while end < text.count, text[end] != "}" { end += 1 }
        guard peek(2) == "{", end < text.count else {
            throw Failure(message: "\\p needs a property in braces, at character \(start + 1)")
        }
        var content = ""
        content.unicodeScalars.append(contentsOf: text[(at + 3)..<end])
        at = end + 1
        guard let translated = UnicodeProperty.translate(content) else {
            throw Failure(message: "there is no property \(content), at character \(start + 1)")
        }
        output += (isNegated ? "\\P{" : "\\p{") + translated + "}"
    }
}
