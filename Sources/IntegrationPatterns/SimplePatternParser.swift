/// Reads the patterns that `SimplePattern` can match; anything it is not sure about is left to PCRE2.
struct SimplePatternParser {
    struct Element {
        enum Set {
            case literal([UInt8])
            case characters(CharacterSet)
        }
        var set: Set
        var least: Int
        var most: Int

        /// The characters that it may begin with.
        var first: CharacterSet {
            switch set {
            case .characters(let set): return set
            case .literal(let bytes):
                var set = CharacterSet()
                if bytes[0] < 128 { set.insert(bytes[0]) } else { set.beyondASCII = true }
                return set
            }
        }
    }

    struct Row {
        var elements: [Element]
        /// Whether the match must end where the text ends.
        var toTheEnd: Bool
    }

    private let text: [UInt8]
    private let options: PatternOptions
    private var at = 0
    private static let mostElements = 64

    private init(_ text: String, _ options: PatternOptions) {
        self.text = Array(text.utf8)
        self.options = options
    }

    /// The pattern as a row of elements; nil where it is anything else.
    static func parse(_ text: String, options: PatternOptions) -> Row? {
        guard options.isDisjoint(with: [.caseInsensitive, .multiline]) else { return nil }
        var parser = SimplePatternParser(text, options)
        guard let row = parser.row(), isExactWithoutGivingBack(row.elements) else { return nil }
        return row
    }

    private static func isExactWithoutGivingBack(_ elements: [Element]) -> Bool {
        for (index, element) in elements.enumerated() where element.least != element.most {
            for follower in elements[(index + 1)...] {
                guard element.first.isDisjoint(with: follower.first) else { return false }
                if follower.least > 0 { break }
            }
        }
        return true
    }

    private var peek: UInt8? { at < text.count ? text[at] : nil }

    private mutating func row() -> Row? {
        let whole = options.contains(.wholeText)
        var row = Row(elements: [], toTheEnd: whole)
        if peek == UInt8(ascii: "^") { at += 1 } else if !whole { return nil }
        while let byte = peek {
            if byte == UInt8(ascii: "$"), at == text.count - 1 {
                row.toTheEnd = true
                return row
            }
            guard let element = element(), row.elements.count < Self.mostElements else { return nil }
            row.elements.append(element)
        }
        return row
    }

    private mutating func element() -> Element? {
        guard let set = atom() else { return nil }
        guard let (least, most) = count() else { return nil }
        if case .literal(let bytes) = set, (least, most) != (1, 1) {
            guard bytes.count == 1, bytes[0] < 128 else { return nil }
            var characters = CharacterSet()
            characters.insert(bytes[0])
            return Element(set: .characters(characters), least: least, most: most)
        }
        return Element(set: set, least: least, most: most)
    }

    private mutating func atom() -> Element.Set? {
        guard let byte = peek else { return nil }
        at += 1
        switch byte {
        case UInt8(ascii: "["): return bracket().map { .characters($0) }
        case UInt8(ascii: "\\"):
            guard let escape = escape() else { return nil }
            return escape
        case UInt8(ascii: "."):
            var set = CharacterSet()
            if !options.contains(.dotMatchesLineEnds) {
                set.insert(UInt8(ascii: "\n"))
                set.insert(UInt8(ascii: "\r"))
            }
            return .characters(set.inverted)
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "|"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "?"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "^"),
            UInt8(ascii: "$"):
            return nil
        case 0..<128: return .literal([byte])
        default:
            var literal = [byte]
            while let next = peek, next & 0xC0 == 0x80 {
                literal.append(next)
                at += 1
            }
            return .literal(literal)
        }
    }

    /// What stands behind a backslash, in a class or outside.
    private mutating func escape() -> Element.Set? {
        guard let byte = peek else { return nil }
        at += 1
        var set = CharacterSet()
        switch byte {
        case UInt8(ascii: "n"): return .literal([0x0A])
        case UInt8(ascii: "r"): return .literal([0x0D])
        case UInt8(ascii: "t"): return .literal([0x09])
        case UInt8(ascii: "f"): return .literal([0x0C])
        case UInt8(ascii: "d"), UInt8(ascii: "D"): set.insert(UInt8(ascii: "0")...UInt8(ascii: "9"))
        case UInt8(ascii: "w"), UInt8(ascii: "W"):
            set.insert(UInt8(ascii: "0")...UInt8(ascii: "9"))
            set.insert(UInt8(ascii: "A")...UInt8(ascii: "Z"))
            set.insert(UInt8(ascii: "a")...UInt8(ascii: "z"))
            set.insert(UInt8(ascii: "_"))
        case UInt8(ascii: "s"), UInt8(ascii: "S"):
            set.insert(0x09...0x0D)
            set.insert(0x20)
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return .literal([byte])
        default: return nil
        }
        guard !options.contains(.unicodeClasses) else { return nil }
        return .characters(byte < UInt8(ascii: "a") ? set.inverted : set)
    }

    private mutating func bracket() -> CharacterSet? {
        var set = CharacterSet()
        let isNegated = peek == UInt8(ascii: "^")
        if isNegated { at += 1 }
        let start = at
        while let byte = peek {
            at += 1
            switch byte {
            case UInt8(ascii: "]"):
                // A bracket that comes first, and the empty class, mean different things in different dialects.
                return at - 1 == start ? nil : isNegated ? set.inverted : set
            case UInt8(ascii: "["): return nil
            case UInt8(ascii: "-") where at - 1 != start && peek != UInt8(ascii: "]"): return nil
            case UInt8(ascii: "\\"):
                switch escape() {
                case nil: return nil
                case .characters(let escaped):
                    if peek == UInt8(ascii: "-") { return nil }
                    set.formUnion(escaped)
                case .literal(let literal):
                    guard insert(from: literal[0], into: &set) else { return nil }
                }
            case 0..<128:
                guard insert(from: byte, into: &set) else { return nil }
            default: return nil
            }
        }
        return nil
    }

    /// Inserts one character, or the range that it begins.
    private mutating func insert(from low: UInt8, into set: inout CharacterSet) -> Bool {
        guard peek == UInt8(ascii: "-"), at + 1 < text.count, text[at + 1] != UInt8(ascii: "]") else {
            set.insert(low)
            return true
        }
        at += 1
        guard var high = peek, high < 128, high != UInt8(ascii: "[") else { return false }
        at += 1
        if high == UInt8(ascii: "\\") {
            guard case .literal(let literal) = escape() else { return false }
            high = literal[0]
        }
        guard low <= high else { return false }
        set.insert(low...high)
        return true
    }

    private mutating func count() -> (least: Int, most: Int)? {
        let bounds: (least: Int, most: Int)
        switch peek {
        case UInt8(ascii: "*"): bounds = (0, .max)
        case UInt8(ascii: "+"): bounds = (1, .max)
        case UInt8(ascii: "?"): bounds = (0, 1)
        case UInt8(ascii: "{"):
            at += 1
            guard let least = number() else { return nil }
            var most = least
            if peek == UInt8(ascii: ",") {
                at += 1
                if peek == UInt8(ascii: "}") {
                    most = .max
                } else {
                    guard let number = number() else { return nil }
                    most = number
                }
            }
            guard peek == UInt8(ascii: "}"), least <= most else { return nil }
            bounds = (least, most)
        default: return (1, 1)
        }
        at += 1
        // Lazy and possessive counts, and counts of counts.
        switch peek {
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): return nil
        default: return bounds
        }
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard let value, value <= 65535 else { return nil }
            at += 1
        }
        return value
    }
}
