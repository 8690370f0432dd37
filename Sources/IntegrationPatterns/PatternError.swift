/// Why a pattern can't be used, or why matching was given up.
public enum PatternError: Error, Sendable, Hashable {
    /// The text is no pattern.
    ///
    /// - Parameters:
    ///   - message: what is wrong with it.
    ///   - offset: byte offset in the pattern, from 0.
    case syntax(message: String, offset: Int)
    /// Matching needed more steps or memory than its budget: neither a match nor a refusal.
    case budgetExceeded
    /// PCRE2 reported something else (its negative code).
    case engine(code: Int)
}

extension PatternError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .syntax(let message, let offset): "\(message) (at byte \(offset) of the pattern)"
        case .budgetExceeded: "matching the pattern took more steps than its budget allows"
        case .engine(let code): "the pattern engine failed with code \(code)"
        }
    }
}
