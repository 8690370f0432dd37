/// Why an expression can't be compiled or evaluated, and where in its text.
///
/// ```
/// T2001: The left side of the "-" operator must evaluate to a number
///   total - name
///         ^
/// ```
public struct ExpressionError: Error, Sendable {
    // One reference, so that throwing costs no more than that.
    private var details: Details

    private final class Details: Sendable {
        let code: String
        let token: String?
        let value: String?
        let second: String?
        let index: Int?
        let text: String?
        let start: Int
        let end: Int
        let source: String

        init(
            code: String, token: String?, value: String?, second: String?, index: Int?, text: String?, start: Int,
            end: Int, source: String
        ) {
            self.code = code
            self.token = token
            self.value = value
            self.second = second
            self.index = index
            self.text = text
            self.start = start
            self.end = end
            self.source = source
        }
    }

    /// An error at the bytes `start..<end` of the expression, -1 where the place isn't known yet.
    init(
        _ code: String, at start: Int = -1, end: Int = -1, token: String? = nil, value: String? = nil,
        second: String? = nil, index: Int? = nil, text: String? = nil
    ) {
        details = Details(
            code: code, token: token, value: value, second: second, index: index, text: text, start: start, end: end,
            source: "")
    }

    /// D1001: the number is infinite or none at all, and JSON has neither.
    init(notFinite number: Double) {
        self.init("D1001", value: number.isNaN ? "not a number" : number < 0 ? "-Infinity" : "Infinity")
    }

    /// The code that jsonata-js gives the error: S static, T type, D dynamic, U a limit that was reached.
    public var code: String { details.code }
    /// The operator, function or text that the error is about.
    public var token: String? { details.token }
    /// The value that was refused, as JSON, where there is one.
    public var value: String? { details.value }
    /// Number of the argument that was refused, from 1.
    public var argument: Int? { details.index }
    /// The whole expression.
    public var expression: String { details.source }
    /// Byte offset of the fault in the expression, from 0.
    public var offset: Int { max(0, details.start) }

    /// The position that jsonata-js reports: UTF-16 code units before the end of the token.
    public var position: Int {
        String(decoding: details.source.utf8.prefix(max(0, details.end)), as: UTF8.self).utf16.count
    }

    /// Whether the text ended before the expression did, so that more text may make it whole.
    public var isUnfinished: Bool {
        ["S0101", "S0105", "S0106", "S0203", "S0207"].contains(code)
    }

    /// Line of the fault, from 1.
    public var line: Int { 1 + details.source.utf8.prefix(offset).filter { $0 == UInt8(ascii: "\n") }.count }

    /// Column of the fault in characters (Unicode scalars), from 1.
    public var column: Int {
        let before = details.source.utf8.prefix(offset).reversed().prefix { $0 != UInt8(ascii: "\n") }
        return 1 + before.filter { $0 & 0xC0 != 0x80 }.count
    }

    /// What is wrong, in a person's words.
    public var message: String {
        if let text = details.text { return text }
        return ExpressionMessages.text(
            code, token: token ?? "", value: value ?? "nothing", second: details.second ?? "nothing",
            index: details.index ?? 1)
    }

    /// The line of the expression that is wrong, with a caret under the place.
    ///
    /// - Parameter indent: spaces before both lines.
    public func caret(indent: Int = 2) -> String {
        let lines = details.source.split(separator: "\n", omittingEmptySubsequences: false)
        guard line <= lines.count else { return "" }
        let space = String(repeating: " ", count: indent)
        let tabs = lines[line - 1].unicodeScalars.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return space + lines[line - 1] + "\n" + space + tabs + "^"
    }

    // MARK: Completing

    var isPlaced: Bool { details.start >= 0 }
    var hasToken: Bool { details.token != nil }

    /// The error with the place where it happened, where it has none yet.
    func placed(at start: Int, end: Int) -> ExpressionError {
        isPlaced ? self : with(start: start, end: end)
    }

    /// The error of a part that stands at byte `offset` of a larger text.
    func moved(by offset: Int, into whole: String) -> ExpressionError {
        with(start: max(0, details.start) + offset, end: max(0, details.end) + offset, source: whole)
    }

    func with(token: String? = nil, start: Int? = nil, end: Int? = nil, source: String? = nil) -> ExpressionError {
        var copy = self
        copy.details = Details(
            code: code, token: token ?? details.token, value: details.value, second: details.second,
            index: details.index, text: details.text, start: start ?? details.start, end: end ?? details.end,
            source: source ?? details.source)
        return copy
    }
}

extension ExpressionError: CustomStringConvertible {
    public var description: String {
        let place = details.source.isEmpty ? "" : " (line \(line), column \(column))\n" + caret()
        return "\(code): \(message)\(place)"
    }
}
