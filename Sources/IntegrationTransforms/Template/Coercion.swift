internal import IntegrationDocument

/// The types of `$as`. A value only changes its type where nothing is lost.
enum Coercion: String, CaseIterable {
    case string, number, integer, boolean, array

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Words for values of another type. Most of them are the same bytes under another kind.
struct CoercedWords {
    /// The texts of `true` and `false`, which a tape has no bytes for.
    let trueText: Word
    let falseText: Word

    init(_ literals: Literals) {
        trueText = literals.string("true")
        falseText = literals.string("false")
    }

    /// The word of a scalar as another type; nil where it can't be turned into it. Null stays null.
    func word(_ view: View, as type: Coercion, in arena: Arena) -> Word? {
        let word = view.word
        switch (type, word.kind) {
        case (_, .null): return word
        case (.string, .string), (.string, .escapedString): return word
        case (.string, .integer), (.string, .decimal): return relabelled(word, .string)
        case (.string, .true): return trueText
        case (.string, .false): return falseText
        case (.number, .integer), (.number, .decimal), (.integer, .integer): return word
        case (.number, .string), (.integer, .string):
            guard let kind = Self.numberKind(view.rawBytes) else { return nil }
            let number = relabelled(word, kind)
            return type == .number || kind == .integer ? number : integer(number, view, arena)
        case (.integer, .decimal): return integer(word, view, arena)
        case (.boolean, .true), (.boolean, .false): return word
        case (.boolean, .string): return view.equals("true") ? .true : view.equals("false") ? .false : nil
        default: return nil
        }
    }

    private func relabelled(_ word: Word, _ kind: Kind) -> Word {
        Word(kind, base: word.base, offset: word.offset, length: word.length)
    }

    /// A decimal whose fraction is zero, as an integer.
    private func integer(_ word: Word, _ view: View, _ arena: Arena) -> Word? {
        let bytes = UnsafeBufferPointer(start: view.text(of: word), count: word.length)
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")), bytes[(point + 1)...].allSatisfy({ $0 == 0x30 }) {
            return Word(.integer, base: word.base, offset: word.offset, length: point)
        }
        guard let value = NumberText.integer(view.text(of: word), word.length) else { return nil }
        return arena.makeNumber(text: String(value))
    }

    /// Whether bytes are a number of RFC 8259, 6, and of which kind.
    private static func numberKind(_ bytes: UnsafeBufferPointer<UInt8>) -> Kind? {
        var at = 0
        func isDigit() -> Bool { at < bytes.count && bytes[at] &- 0x30 < 10 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
        let start = at
        while isDigit() { at += 1 }
        guard at > start, bytes[start] != 0x30 || at == start + 1 else { return nil }
        var kind = Kind.integer
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            kind = .decimal
            at += 1
            guard isDigit() else { return nil }
            while isDigit() { at += 1 }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            kind = .decimal
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard isDigit() else { return nil }
            while isDigit() { at += 1 }
        }
        return at == bytes.count ? kind : nil
    }
}
