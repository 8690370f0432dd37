internal import IntegrationPatterns

/// Regular expressions as JSON Schema means them (ECMA-262, 22.2, with the `u` flag), put into PCRE2's words.
///
/// The `u` flag's strictness about escapes is taken back for punctuation (`\-`, `\@`), which many schemas escape without
/// need; escapes of letters and forms of groups that ECMA-262 does not know are refused, so that a pattern never means
/// something else here than elsewhere.
struct ECMAScriptPattern {
    struct Failure: Error {
        var message: String
        /// Whether ECMA-262 knows the pattern and PCRE2 can't run it: a look behind that may have any length.
        var isBeyondEngine: Bool { message.contains("lookbehind assertion is not fixed length") }
    }

    /// Compiles `text`.
    static func compile(_ text: String) throws(Failure) -> Pattern {
        var translator = ECMAScriptPattern(text)
        let translated = try translator.run()
        do {
            return try Pattern(translated, options: .ecmaScript)
        } catch {
            guard case .syntax(let message, _) = error else { throw Failure(message: error.description) }
            throw Failure(message: message)
        }
    }

    let text: [Unicode.Scalar]
    var at = 0
    var output = ""
    /// Number of capture groups, for back references.
    let groups: Int

    private init(_ text: String) {
        self.text = Array(text.unicodeScalars)
        groups = Self.countGroups(self.text)
    }

    private static func countGroups(_ text: [Unicode.Scalar]) -> Int {
        var count = 0
        var inClass = false
        var at = 0
        while at < text.count {
            switch text[at] {
            case "\\": at += 1
            case "[": inClass = true
            case "]": inClass = false
            case "(" where !inClass:
                let next = at + 1 < text.count ? text[at + 1] : nil
                if next != "?" {
                    count += 1
                } else if at + 3 < text.count, text[at + 2] == "<", text[at + 3] != "=", text[at + 3] != "!" {
                    count += 1
                }
            default: break
            }
            at += 1
        }
        return count
    }

    var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

    func peek(_ ahead: Int) -> Unicode.Scalar? { at + ahead < text.count ? text[at + ahead] : nil }

    mutating func take(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard at + scalars.count <= self.text.count, self.text[at..<(at + scalars.count)].elementsEqual(scalars) else {
            return false
        }
        at += scalars.count
        return true
    }

    private mutating func run() throws(Failure) -> String {
        while let scalar = peek {
            switch scalar {
            case "\\": try escape()
            case "[": try bracket()
            case "(": try group()
            case ".":
                at += 1
                output += #"[^\n\r\u2028\u2029]"#
            case "{":
                if let end = endOfCount() {
                    copy(through: end)
                    try quantifierEnd()
                } else {
                    at += 1
                    output += #"\{"#
                }
            case "}", "]":
                at += 1
                output += "\\"
                output.unicodeScalars.append(scalar)
            case "*", "+", "?":
                copy()
                try quantifierEnd()
            default: copy()
            }
        }
        return output
    }

    mutating func copy() {
        output.unicodeScalars.append(text[at])
        at += 1
    }

    private mutating func copy(through end: Int) {
        while at <= end { copy() }
    }

    /// A count may be followed by `?` (as few as possible); a second one is possessive in PCRE2 and nothing here.
    private mutating func quantifierEnd() throws(Failure) {
        if peek == "?" { copy() }
        if peek == "+" || peek == "*" || peek == "?" || (peek == "{" && endOfCount() != nil) {
            throw Failure(message: "nothing to repeat at character \(at + 1)")
        }
    }

    /// The closing brace where `{` begins a count.
    private func endOfCount() -> Int? {
        var index = at + 1
        var digits = 0
        while index < text.count, ("0"..."9").contains(text[index]) {
            index += 1
            digits += 1
        }
        guard digits > 0, index < text.count else { return nil }
        if text[index] == "," {
            index += 1
            while index < text.count, ("0"..."9").contains(text[index]) { index += 1 }
        }
        return index < text.count && text[index] == "}" ? index : nil
    }

    private mutating func group() throws(Failure) {
        if peek(1) == "*" { throw Failure(message: "nothing to repeat at character \(at + 2)") }
        guard peek(1) == "?" else { return copy() }
        for form in ["(?:", "(?=", "(?!", "(?<=", "(?<!"] where take(form) {
            output += form
            return
        }
        guard take("(?<") else { throw Failure(message: "unknown form of group at character \(at + 1)") }
        output += "(?<"
        while let scalar = peek, scalar != ">" {
            guard scalar == "_" || scalar == "$" || scalar.properties.isXIDContinue else {
                throw Failure(message: "bad name of a group at character \(at + 1)")
            }
            copy()
        }
    }

    private mutating func bracket() throws(Failure) {
        copy()
        if peek == "^" { copy() }
        while let scalar = peek {
            switch scalar {
            case "]":
                copy()
                return
            case "[":
                at += 1
                output += #"\["#
            case "\\":
                if try classEscape(), peek == "-" {
                    // A hyphen behind a class stands for itself.
                    at += 1
                    output += #"\-"#
                }
            default: copy()
            }
        }
        throw Failure(message: "a bracket is not closed")
    }
}
