internal import IntegrationPatterns

/// The patterns of `match` and `search` (RFC 9535, 2.4.6 and 2.4.7).
enum PathPattern {
    /// Nil where the text is no I-Regexp (RFC 9485) or too large for the engine.
    ///
    /// - Parameter isDynamic: whether the pattern stands in a document, and so is hardly used twice.
    static func compile(_ text: String, isWhole: Bool, isDynamic: Bool) -> Pattern? {
        guard let translated = InteroperablePattern.translate(text) else { return nil }
        var options: PatternOptions = isWhole ? .wholeText : []
        if isDynamic { options.insert(.interpreted) }
        do {
            return try Pattern(translated, options: options)
        } catch {
            return nil
        }
    }
}
