internal import IntegrationDocument

/// Words for values and counts.
enum Wording {
    /// A value as it can stand in a sentence: short scalars as they are, the rest by kind and size.
    static func describe(_ view: View) -> String {
        switch view.kind {
        case .null: return "null"
        case .true: return "true"
        case .false: return "false"
        case .integer, .decimal:
            let length = view.word.length
            guard length <= 40 else { return "a number of \(length) characters" }
            return String(decoding: view.rawBytes, as: UTF8.self)
        case .string, .escapedString:
            let text = view.string ?? ""
            let length = text.unicodeScalars.count
            guard length <= 60 else { return "a string of \(length) characters" }
            return "\"" + visible(text) + "\""
        case .array: return view.count == 0 ? "an empty array" : "an array of \(count(view.count, "item"))"
        case .object: return view.count == 0 ? "an empty object" : "an object of \(count(view.count, "member"))"
        case .missing: return "nothing"
        }
    }

    /// Text whose control characters can do no harm to a terminal or a log.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        var visible = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                let digits = String(scalar.value, radix: 16)
                visible += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)" + (number == 1 ? "" : "s") }

    /// `a`, `a or b`, `one of a, b or c`.
    static func either(_ words: [String]) -> String {
        switch words.count {
        case 0: "nothing (no value is allowed)"
        case 1: words[0]
        case 2: words[0] + " or " + words[1]
        default: "one of " + words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
        }
    }

    /// What `type` allows.
    static func types(_ type: View?) -> String {
        guard let type else { return "of another type" }
        let names = type.kind == .array ? type.elements.compactMap(\.string) : [type.string ?? ""]
        let words = names.map { name in
            switch name {
            case "null": "null"
            case "boolean": "true or false"
            case "object", "array", "integer": "an " + name
            default: "a " + name
            }
        }
        guard words.count > 2 else { return words.joined(separator: " or ") }
        return words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
    }

    /// `1, 2 and 3`.
    static func all(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }
}
