internal import CPCRE2

/// How a pattern is read. Patterns and texts are always UTF-8, `$` means the very end of the text (not also before a
/// last line feed), and `\C` is refused.
public struct PatternOptions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Letters match without regard to case.
    public static let caseInsensitive = PatternOptions(rawValue: 1 << 0)
    /// `^` and `$` match at line ends too.
    public static let multiline = PatternOptions(rawValue: 1 << 1)
    /// `.` matches line ends too.
    public static let dotMatchesLineEnds = PatternOptions(rawValue: 1 << 2)
    /// `\d`, `\w`, `\s` and `\b` go by Unicode properties; without it they know ASCII only (as ECMA-262 and I-Regexp).
    public static let unicodeClasses = PatternOptions(rawValue: 1 << 3)
    /// Readings of ECMA-262 where PCRE2 differs: `\uXXXX`, `\u{X}`, empty classes, a group that took no part matches
    /// the empty text.
    public static let ecmaScript = PatternOptions(rawValue: 1 << 4)
    /// The whole text must match. Not for patterns that contain themselves (`(?R)`): PCRE2 before 10.43 ends those too
    /// early without machine code.
    public static let wholeText = PatternOptions(rawValue: 1 << 5)

    /// No machine code is made: compiling costs less, matching more. For patterns that are used a few times only.
    public static let interpreted = PatternOptions(rawValue: 1 << 6)

    var compileOptions: UInt32 {
        var flags = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C
        if contains(.caseInsensitive) { flags |= PCRE2_CASELESS }
        if contains(.multiline) { flags |= PCRE2_MULTILINE }
        if contains(.dotMatchesLineEnds) { flags |= PCRE2_DOTALL }
        if contains(.unicodeClasses) { flags |= PCRE2_UCP }
        if contains(.ecmaScript) { flags |= PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF }
        if contains(.wholeText) { flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED }
        return flags
    }

    var extraOptions: UInt32 {
        contains(.ecmaScript) ? PCRE2_EXTRA_ALT_BSUX : 0
    }
}
