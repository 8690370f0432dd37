/// Where a pattern matched, in byte offsets of the text.
public struct PatternMatch: Sendable, Hashable {
    /// The whole match.
    public var range: Range<Int>
    /// The capture groups from the first on; nil for a group that took no part.
    public var groups: [Range<Int>?]
}
