/// JSON in the one form that equal documents share, so that it can be hashed and signed.
///
/// Members are sorted by the UTF-16 code units of their names, numbers are written as ECMAScript does, and nothing is
/// escaped that need not be.
///
/// - Source: RFC 8785.
public enum CanonicalJSON {
    /// Why a document has no canonical form (RFC 8785, 3.1: it must be I-JSON, RFC 7493).
    public enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// A number that no double can hold.
        case number(String)
        /// A string with half of a surrogate pair.
        case surrogate
        /// Two members of one object with this name.
        case duplicate(String)

        public var description: String {
            switch self {
            case .number(let text): "the number \(text) is beyond what a double can hold"
            case .surrogate: "a string holds half of a surrogate pair"
            case .duplicate(let name): "an object has two members named `\(name)`"
            }
        }
    }

    /// The canonical bytes of a document.
    ///
    /// - Throws: why it has none.
    public static func bytes(of view: View) throws(Refusal) -> [UInt8] {
        var out: [UInt8] = []
        try append(view, to: &out)
        return out
    }

    private static func append(_ view: View, to out: inout [UInt8]) throws(Refusal) {
        switch view.kind {
        case .string, .escapedString: try append(string: view, to: &out)
        case .array:
            out.append(UInt8(ascii: "["))
            var isFirst = true
            for element in view.elements {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                try append(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object:
            var members: [(name: [UInt16], key: View, value: View)] = []
            for member in view.members {
                members.append((Array((member.key.string ?? "").utf16), member.key, member.value))
            }
            members.sort { $0.name.lexicographicallyPrecedes($1.name) }
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 {
                    guard member.name != members[index - 1].name else {
                        throw .duplicate(member.key.string ?? "")
                    }
                    out.append(UInt8(ascii: ","))
                }
                try append(string: member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                try append(member.value, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        default:
            guard view.word.isNumber else {
                out += Array((view.isNull ? "null" : view.bool == true ? "true" : "false").utf8)
                return
            }
            guard let value = view.double, let text = NumberText.text(of: value) else {
                throw .number(String(decoding: view.rawBytes, as: UTF8.self))
            }
            out += Array(text.utf8)
        }
    }

    private static func append(string view: View, to out: inout [UInt8]) throws(Refusal) {
        if view.kind == .escapedString, hasLoneSurrogate(view.rawBytes) { throw .surrogate }
        out.append(UInt8(ascii: "\""))
        view.withDecodedBytes { StringEscapes.append($0, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    /// Whether the raw text of a string has `\uD800` to `\uDFFF` without the other half.
    private static func hasLoneSurrogate(_ raw: UnsafeBufferPointer<UInt8>) -> Bool {
        func unit(at index: Int) -> UInt16? {
            guard index + 6 <= raw.count, raw[index] == 0x5C, raw[index + 1] == UInt8(ascii: "u") else { return nil }
            return UInt16(String(decoding: raw[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
        }
        var index = 0
        while index < raw.count {
            guard raw[index] == 0x5C else {
                index += 1
                continue
            }
            guard let high = unit(at: index) else {
                index += 2
                continue
            }
            index += 6
            if (0xDC00...0xDFFF).contains(high) { return true }
            if (0xD800...0xDBFF).contains(high) {
                guard let low = unit(at: index), (0xDC00...0xDFFF).contains(low) else { return true }
                index += 6
            }
        }
        return false
    }
}
