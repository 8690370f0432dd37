public import IntegrationDocument

/// Text with expressions in it: `/customers/{{ $key }}`.
///
/// A text that is one single `{{ expression }}` gives the expression's own value; any other text gives a string. A part
/// that gives no value (or null) in the middle of a text is an error: `{{ name ?? "" }}` says that nothing is meant.
/// `{{ "{{" }}` writes two braces.
public final class TextTemplate: Sendable {
    /// How values are encoded where they are put into the text. What stands in the template is not encoded.
    public enum Encoding: Sendable, Hashable {
        case plain
        /// One segment of a URL's path (RFC 3986, 3.3): everything but unreserved characters is percent-encoded.
        /// Values that leave their segment empty or make it `.` or `..` would lead elsewhere and are refused.
        case pathSegment
        /// One value in a URL's query (RFC 3986, 3.4): everything but unreserved characters is percent-encoded.
        case queryValue
    }

    private enum Part: Sendable {
        case text(String)
        /// The expression and the byte offset of its text in the template.
        case expression(Expression, Int)
    }

    /// The template as it was written.
    public let text: String
    private let parts: [Part]

    private init(text: String, parts: [Part]) {
        self.text = text
        self.parts = parts
    }

    /// Whether the text holds no expression.
    public var isConstant: Bool {
        parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    /// The expressions of the text, in order.
    public var expressions: [Expression] { placedExpressions.map(\.expression) }

    /// The expressions of the text and where each begins, in bytes.
    var placedExpressions: [(expression: Expression, offset: Int)] {
        parts.compactMap { if case .expression(let expression, let offset) = $0 { (expression, offset) } else { nil } }
    }

    /// Compiles a template.
    ///
    /// - Throws: what is wrong with an expression, with its place in the whole text; U1006 for braces that are not
    ///   closed.
    public static func compile(_ text: String, literals: Literals? = nil) throws(ExpressionError) -> TextTemplate {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var at = 0
        while let open = Text.find(Array("{{".utf8), in: bytes, from: at) {
            if open > at { parts.append(.text(String(decoding: bytes[at..<open], as: UTF8.self))) }
            let (expression, end) = try self.expression(bytes, open, text, literals)
            parts.append(.expression(expression, open + 2))
            at = end
        }
        if at < bytes.count { parts.append(.text(String(decoding: bytes[at...], as: UTF8.self))) }
        return TextTemplate(text: text, parts: parts)
    }

    /// The expression behind the braces at `open`: up to the first closing braces that leave a whole expression, since
    /// braces stand in objects and strings too.
    private static func expression(
        _ bytes: [UInt8], _ open: Int, _ whole: String, _ literals: Literals?
    ) throws(ExpressionError) -> (Expression, end: Int) {
        var failure: ExpressionError?
        var from = open + 2
        while let close = Text.find(Array("}}".utf8), in: bytes, from: from) {
            do {
                let text = String(decoding: bytes[(open + 2)..<close], as: UTF8.self)
                return (try Expression.compile(text, literals: literals), close + 2)
            } catch {
                failure = failure ?? error.moved(by: open + 2, into: whole)
            }
            from = close + 1
        }
        throw failure ?? ExpressionError("U1006", at: open, end: open + 2).with(source: whole)
    }

    /// Evaluates the template and writes its value.
    ///
    /// - Returns: whether a value was written; false only for a single expression that gives none.
    /// - Throws: as `Expression.evaluate`; U1005 for a part in a text that gives no value.
    @discardableResult
    public func evaluate(
        _ input: View?, bindings: ExpressionBindings = ExpressionBindings(), budget: ExpressionBudget = .standard,
        host: ExpressionHost = .system, into builder: inout Builder
    ) throws(ExpressionError) -> Bool {
        if parts.count == 1, case .expression(let expression, let offset) = parts[0] {
            do throws(ExpressionError) {
                return try expression.evaluate(input, bindings: bindings, budget: budget, host: host, into: &builder)
            } catch {
                throw error.moved(by: offset, into: text)
            }
        }
        builder.append(string: try string(input, bindings: bindings, budget: budget, host: host))
        return true
    }

    /// Evaluates the template to text.
    ///
    /// - Throws: as `evaluate`; U1005 also for a single expression that gives no value.
    public func string(
        _ input: View?, encoding: Encoding = .plain, bindings: ExpressionBindings = ExpressionBindings(),
        budget: ExpressionBudget = .standard, host: ExpressionHost = .system
    ) throws(ExpressionError) -> String {
        var out = ""
        var values: [Int] = []
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .expression(let expression, let offset):
                do throws(ExpressionError) {
                    let value = try expression.run(input, bindings, budget, host)
                    if case .null = value { throw ExpressionError("U1005", at: 0, end: expression.text.utf8.count) }
                    guard !value.isFunction, let text = try value.text() else {
                        throw ExpressionError("U1005", at: 0, end: expression.text.utf8.count)
                    }
                    values.append(out.utf8.count)
                    out += encoding == .plain ? text : PercentCoding.encode(text, keeping: PercentCoding.uriUnreserved)
                } catch {
                    throw error.moved(by: offset, into: self.text)
                }
            }
            if out.utf8.count > budget.outputBytes {
                throw ExpressionError("U1002", at: 0, end: 0, value: "\(budget.outputBytes)").with(source: text)
            }
        }
        if encoding == .pathSegment, let segment = Self.misleading(out, values) {
            throw ExpressionError("U1007", at: 0, end: 0, value: segment.isEmpty ? "empty" : "`\(segment)`")
                .with(source: text)
        }
        return out
    }

    /// The first segment with a value in it that leads elsewhere (RFC 3986, 3.3 and 5.2.4).
    ///
    /// - Parameter values: where values begin, in bytes.
    private static func misleading(_ path: String, _ values: [Int]) -> Substring? {
        let bytes = path.utf8
        for value in values {
            let at = bytes.index(bytes.startIndex, offsetBy: value)
            guard !path[..<at].contains("?") else { return nil }
            let start = path[..<at].lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
            let end = path[at...].firstIndex { $0 == "/" || $0 == "?" } ?? path.endIndex
            if ["", ".", ".."].contains(path[start..<end]) { return path[start..<end] }
        }
        return nil
    }
}
