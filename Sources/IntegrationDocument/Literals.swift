/// The literals of one flow, interned: the keys and texts that its steps write, in one block of bytes.
///
/// Steps intern while a flow is compiled. `block` is then attached to every batch's arena as base 1.
public final class Literals {
    private var bytes: [UInt8] = []
    private var words: [Entry: Word] = [:]

    private struct Entry: Hashable {
        var kind: UInt8
        var text: [UInt8]
    }

    public init() {}

    /// A string word for `text`.
    public func string(_ text: String) -> Word {
        let raw = Array(text.utf8)
        let escaped = raw.withUnsafeBufferPointer { StringEscapes.needsEscape($0) }
        guard escaped else { return intern(.string, raw) }
        var target: [UInt8] = []
        StringEscapes.append(raw, to: &target)
        return intern(.escapedString, target)
    }

    /// A number word with exactly this text, which must be a valid JSON number.
    public func number(_ text: String) -> Word {
        let isInteger = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }
        return intern(isInteger ? .integer : .decimal, Array(text.utf8))
    }

    /// The words of a whole value, copied from another arena.
    public func value(_ view: View) -> [Word] {
        var out: [Word] = []
        copy(view, &out)
        return out
    }

    private func copy(_ view: View, _ out: inout [Word]) {
        let word = view.word
        switch word.kind {
        case .array, .object:
            out.append(word)
            var at = view.pointer + 1
            let end = at + word.span
            while at < end {
                out.append(at.pointee.isContainer ? at.pointee : scalar(View(at, view.bases)))
                at += 1
            }
        default:
            out.append(scalar(view))
        }
    }

    private func scalar(_ view: View) -> Word {
        switch view.kind {
        case .integer, .decimal, .string, .escapedString: intern(view.kind, Array(view.rawBytes))
        default: Word(literal: view.kind)
        }
    }

    private func intern(_ kind: Kind, _ text: [UInt8]) -> Word {
        let entry = Entry(kind: kind.rawValue, text: text)
        if let known = words[entry] { return known }
        let word = Word(kind, base: Arena.literalBase, offset: bytes.count, length: text.count)
        bytes += text
        words[entry] = word
        return word
    }

    /// The bytes of every literal interned so far.
    public func block() -> ByteBlock { ByteBlock(bytes) }
}
