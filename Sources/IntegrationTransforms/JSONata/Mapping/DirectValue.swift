internal import IntegrationDocument

/// A value without references, which a direct evaluation computes with.
enum DirectValue {
    case undefined
    /// Only the whole evaluation can say: an error, or a value that is not for this way.
    case unknown
    case null
    case bool(Bool)
    case number(Double)
    /// A string or a number as it stands in a text of the arena.
    case scalar(Word)
    case container(UnsafePointer<Word>)

    @inline(__always)
    init(_ pointer: UnsafePointer<Word>) {
        let word = pointer.pointee
        switch word.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .missing: self = .undefined
        case .array, .object: self = .container(pointer)
        case .integer, .decimal, .string, .escapedString: self = .scalar(word)
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isUnknown: Bool {
        if case .unknown = self { return true }
        return false
    }
}
