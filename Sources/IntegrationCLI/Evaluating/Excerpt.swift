/// An expression with a caret under what is wrong in it.
enum Excerpt {
    /// - Parameters:
    ///   - text: the expression.
    ///   - offset: of the mistake, in bytes from 0; may lie behind the end.
    static func text(_ text: String, offset: Int) -> String {
        let bytes = Array(text.utf8)
        let offset = min(max(0, offset), bytes.count)
        let start = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let before = String(decoding: bytes[start..<offset], as: UTF8.self)
        let indent = String(before.map { $0 == "\t" ? "\t" : " " })
        return "  \(String(decoding: bytes[start..<end], as: UTF8.self))\n  \(indent)^"
    }
}
