/// What the parser accepts beyond the grammar of RFC 8259. The defaults are strict.
public struct ParsePolicy: Sendable, Hashable {
    /// What to do when an object has the same key twice (RFC 8259, 4 leaves it open).
    public enum DuplicateKeys: Sendable, Hashable {
        /// The text is refused.
        case error
        /// Every member stays; look-ups find the last.
        case last
    }

    /// What to do with numbers that no IEEE 754 double can hold, such as `1e400`.
    public enum Numbers: Sendable, Hashable {
        /// Any number of the grammar is kept as it is written.
        case exact
        /// A number whose magnitude is beyond the largest finite double is refused.
        case finite
    }

    public var duplicateKeys: DuplicateKeys
    public var numbers: Numbers
    /// Most levels of arrays and objects, at most 1,024.
    public var maximumDepth: Int
    /// Largest text in bytes, at most 16 MiB less one byte.
    public var maximumSize: Int

    public init(
        duplicateKeys: DuplicateKeys = .error, numbers: Numbers = .finite, maximumDepth: Int = 128,
        maximumSize: Int = Word.maximumLength
    ) {
        self.duplicateKeys = duplicateKeys
        self.numbers = numbers
        self.maximumDepth = min(maximumDepth, 1024)
        self.maximumSize = min(maximumSize, Word.maximumLength)
    }

    /// What flows use.
    public static let strict = ParsePolicy()
    /// What the public suites expect: duplicates kept with the last one winning, any number, more depth.
    public static let lenient = ParsePolicy(duplicateKeys: .last, numbers: .exact, maximumDepth: 1024)
}
