/// A text of one of the languages, where it stands in a configuration.
public struct WrittenText: Sendable {
    public let language: LanguageChecks.Language
    public let text: String
    /// From the root of the configuration.
    public let path: [String]
    private let span: SourceSpan
    /// Characters of the file before the first of the text; nil where its characters have no places of their own.
    private let margin: Int?
    private let subject: String

    init(
        _ language: LanguageChecks.Language, _ scalar: ConfigurationScalar, at node: ConfigurationNode, path: [String],
        subject: String
    ) {
        self.language = language
        text = scalar.text
        self.path = path
        span = node.span
        // Quotes without escapes between them are as long as the text and two.
        let isVerbatim = !scalar.isQuoted || span.length == scalar.text.unicodeScalars.count + 2
        margin = isVerbatim && !scalar.isInterpolated ? (scalar.isQuoted ? 1 : 0) : nil
        self.subject = subject
    }

    /// Reports what is wrong with it, at the character where that starts.
    public func report(_ mistake: LanguageChecks.Mistake, to diagnostics: inout Diagnostics) {
        var span = span
        var message = "\(subject): \(mistake.message)"
        if let offset = mistake.offset, text.contains("\n") {
            let before = text.unicodeScalars.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
            message += " (line \(before.count), column \((before.last?.count ?? 0) + 1))"
        } else if let offset = mistake.offset, let margin, offset + margin < span.length {
            span.location.column += offset + margin
            span.length = max(1, min(mistake.length, span.length - offset - margin))
        }
        if mistake.isWarning {
            diagnostics.warning(.doubtfulExpression, message, at: span, help: mistake.help)
        } else {
            diagnostics.error(.malformedValue, message, at: span, help: mistake.help)
        }
    }
}
