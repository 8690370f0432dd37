/// I-Regexp, the small dialect that JSONPath uses (RFC 9485), put into PCRE2's words.
public enum InteroperablePattern {
    /// The same pattern for PCRE2; nil where `text` is no I-Regexp (RFC 9485, 4).
    ///
    /// Only `.` is written differently: `[^\n\r]` (RFC 9485, 5.4).
    public static func translate(_ text: String) -> String? {
        var reader = Reader(text: Array(text.unicodeScalars))
        guard reader.alternatives(depth: 0), reader.at == reader.text.count else { return nil }
        return String(reader.output)
    }

    private struct Reader {
        let text: [Unicode.Scalar]
        var at = 0
        var output = String.UnicodeScalarView()

        static let mostNestedGroups = 64

        var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

        mutating func copy() {
            output.append(text[at])
            at += 1
        }

        mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
            guard peek == scalar else { return false }
            copy()
            return true
        }

        mutating func alternatives(depth: Int) -> Bool {
            guard depth <= Self.mostNestedGroups else { return false }
            repeat {
                while let scalar = peek, scalar != "|", scalar != ")" {
                    guard atom(depth), quantifier() else { return false }
                }
            } while accept("|")
            return true
        }

        mutating func atom(_ depth: Int) -> Bool {
            switch peek {
            case nil: return false
            case "(":
                // A group of PCRE2 that could begin with `?` or `*` can't come about: both need an atom before them.
                copy()
                return alternatives(depth: depth + 1) && accept(")")
            case ".":
                output.append(contentsOf: #"[^\n\r]"#.unicodeScalars)
                at += 1
                return true
            case "\\": return escape()
            case "[": return bracket()
            case "*", "+", "?", "]", "{", "}", ")", "|": return false
            default:
                copy()
                return true
            }
        }

        mutating func quantifier() -> Bool {
            if accept("*") || accept("+") || accept("?") { return true }
            guard accept("{") else { return true }
            guard digits() else { return false }
            if accept(","), peek != "}" {
                guard digits() else { return false }
            }
            return accept("}")
        }

        mutating func digits() -> Bool {
            let start = at
            while let scalar = peek, scalar >= "0", scalar <= "9" { copy() }
            return at > start
        }

        mutating func escape() -> Bool {
            copy()
            switch peek {
            case "p", "P": return category()
            case "(", ")", "*", "+", "-", ".", "?", "[", "\\", "]", "^", "n", "r", "t", "{", "|", "}":
                copy()
                return true
            default: return false
            }
        }

        mutating func category() -> Bool {
            copy()
            guard accept("{"), let major = peek else { return false }
            let minors: String
            switch major {
            case "L": minors = "lmotu"
            case "M": minors = "cen"
            case "N": minors = "dlo"
            case "P": minors = "cdefios"
            case "Z": minors = "lps"
            case "S": minors = "ckmo"
            case "C": minors = "cfno"
            default: return false
            }
            copy()
            if let minor = peek, minors.unicodeScalars.contains(minor) { copy() }
            return accept("}")
        }

        mutating func bracket() -> Bool {
            copy()
            _ = accept("^")
            let start = at
            _ = accept("-")
            while let scalar = peek {
                if scalar == "]" {
                    guard at > start else { return false }
                    copy()
                    return true
                }
                if scalar == "-" {
                    // Only as the last one.
                    copy()
                    return accept("]")
                }
                if scalar == "\\", at + 1 < text.count, text[at + 1] == "p" || text[at + 1] == "P" {
                    guard escape() else { return false }
                    continue
                }
                guard member() else { return false }
                if peek == "-", at + 1 < text.count, text[at + 1] != "]" {
                    copy()
                    guard member() else { return false }
                }
            }
            return false
        }

        mutating func member() -> Bool {
            switch peek {
            case nil, "-", "[", "]": return false
            case "\\": return escape()
            default:
                copy()
                return true
            }
        }
    }
}
