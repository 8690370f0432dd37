/// Why a text is not JSON, and where.
public struct ParseError: Error, Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable {
        case empty = "the text is empty"
        case tooLarge = "the text is larger than the limit"
        case tooDeep = "arrays and objects are nested too deeply"
        case invalidUTF8 = "the bytes are not UTF-8"
        case unclosedString = "a string is not closed"
        case controlCharacter = "a control character stands unescaped in a string"
        case invalidEscape = "a string holds an invalid escape"
        case invalidNumber = "this is not a number"
        case numberOutOfRange = "the number is larger than a double can hold"
        case invalidLiteral = "this is not a value"
        case unexpectedEnd = "the text ends too early"
        case expectedKey = "a key in quotes was expected"
        case expectedColon = "a colon was expected after the key"
        case expectedCommaOrEnd = "a comma or the end of the array or object was expected"
        case expectedValue = "a value was expected"
        case trailingContent = "there is something after the end of the value"
        case duplicateKey = "the same key stands twice in one object"
        case outOfMemory = "no memory"
    }

    public var reason: Reason
    /// Byte offset in the text, from 0.
    public var offset: Int
    /// Line, from 1.
    public var line: Int
    /// Column in characters (Unicode scalars), from 1.
    public var column: Int
    /// The key that stands twice, the limit that was passed, or nothing.
    public var detail: String

    init(_ reason: Reason, at offset: Int, in text: UnsafeBufferPointer<UInt8>, detail: String = "") {
        self.reason = reason
        self.offset = offset
        self.detail = detail
        line = 1
        column = 1
        for byte in text.prefix(max(0, offset)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}

extension ParseError: CustomStringConvertible {
    public var description: String {
        let extra = detail.isEmpty ? "" : " (\(detail))"
        return "\(reason.rawValue)\(extra) at line \(line), column \(column) (byte \(offset))"
    }
}
