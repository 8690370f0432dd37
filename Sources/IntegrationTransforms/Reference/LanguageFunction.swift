internal import IntegrationDocument

/// A function of JSONata or JSONPath, as the reference shows it.
public struct LanguageFunction: Sendable {
    public enum Language: String, Sendable, Hashable, CaseIterable {
        case jsonata = "JSONata"
        case jsonPath = "JSONPath"
    }

    public var language: Language
    /// As it is written, such as `$sum` or `length`.
    public var name: String
    /// With its arguments: `$substring(text, start [, length])`.
    public var usage: String
    /// JSONata's own notation of the types of its arguments; nil for JSONPath.
    public var signature: String?
    /// What it gives, in one or two sentences.
    public var summary: String
    /// An expression over `sample`.
    public var example: String

    /// The document that examples are about.
    public static let sample =
        #"{"orderId":"A-7","customer":{"name":"Ada Byron","mail":"Ada@example.com"},"#
        + #""items":[{"sku":"pen","price":1.5,"quantity":10},{"sku":"ink","price":12,"quantity":1}],"total":27}"#

    /// Every function, by language and name.
    public static let all: [LanguageFunction] = jsonata + jsonPath

    /// What the example comes to: JSON, `no value`, or an error with its code. Time and chance stand still, so that it is
    /// the same every time.
    public func exampleResult() -> String {
        let sample = Document(trusted: Self.sample)
        return sample.withRoot { language == .jsonata ? Self.evaluate(example, $0) : Self.select(example, $0) }
    }

    /// Saturday, 2026-01-31T12:00:00Z.
    private static let time: Int64 = 1_769_860_800_000

    private static func evaluate(_ text: String, _ input: View) -> String {
        let host = ExpressionHost(
            wallMilliseconds: { time }, monotonicNanoseconds: { 0 }, randomBits: { 0x5DEE_CE66_D5DE_ECE6 })
        let arena = Arena()
        var builder = Builder(arena)
        do throws(ExpressionError) {
            let expression = try Expression.compile(text)
            guard try expression.evaluate(input, host: host, into: &builder) else { return "no value" }
        } catch {
            return "error \(error.code): \(error.message)"
        }
        return Document(copying: arena.view(builder.finish())).json
    }

    private static func select(_ text: String, _ input: View) -> String {
        do {
            let path = try JSONPath(text)
            var nodes = NodeList()
            try path.evaluate(input, into: &nodes)
            let values = (0..<nodes.count).map { Document(copying: View(nodes[$0], input.bases)).json }
            return "[" + values.joined(separator: ",") + "]"
        } catch {
            return "error: \(error)"
        }
    }
}

extension Document {
    /// A text of our own, which is known to be JSON.
    fileprivate init(trusted text: String) {
        do {
            try self.init(text)
        } catch {
            preconditionFailure("\(text) is not JSON: \(error)")
        }
    }
}
