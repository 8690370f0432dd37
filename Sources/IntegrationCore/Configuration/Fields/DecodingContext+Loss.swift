extension DecodingContext {
    /// Warns of something that gives up a part of what is promised otherwise.
    ///
    /// - Parameter what: what may be lost, and when.
    public mutating func warnOfLoss(_ what: String, at span: SourceSpan) {
        diagnostics.warning(
            .weakerPromise, what, at: span, help: "leave it out, unless losing messages is acceptable here")
    }
}
