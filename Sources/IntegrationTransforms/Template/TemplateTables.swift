internal import IntegrationDocument

// A compiled template: flat tables of plain values that refer to each other by index.

/// One node of the output.
struct TemplateOperation {
    enum Action: UInt8 {
        /// `first` words of the literal table, `count` of them.
        case literal
        /// The value of slot `first`.
        case slot
        /// Path use `first`, which selects at most one value.
        case singular
        /// Path use `first`, as an array.
        case many
        /// Path use `first`; each value becomes the object of operation `second`.
        case projection
        /// Members `first` up to `second`.
        case object
        /// The same, where each member is the value of a slot or left out.
        case flatObject
        /// Elements `first` up to `second`.
        case array
        /// The value of expression `first`.
        case expression
        /// Text parts `first` up to `second`, joined.
        case join
        /// Operation `first`; where it gives nothing, operation `second`.
        case fallback
    }
    var action: Action
    var missing: UInt8
    var first: Int32
    var second: Int32

    static let omit: UInt8 = 0
    static let null: UInt8 = 1
    static let error: UInt8 = 2
}

struct TemplateMember {
    /// The key, interned.
    var key: Word
    var operation: Int32
    /// The slot that the value comes from unchanged, and that leaves the member out where it is empty; -1 for any other
    /// operation.
    var slot: Int32
}

/// A path as one node uses it.
struct TemplatePathUse {
    var tables: PathTables
    /// Where it starts: a slot, or -1 for the document, -2 for the current value of a projection.
    var slot: Int32
    /// The segments that are left behind the slot.
    var first: Int32
    var end: Int32
    var isSingular: Bool
    var coercion: Coercion?
    /// Scope of the projection's paths; -1 for none.
    var scope: Int32
    /// What is left behind the slot is `[*]` alone.
    var isAllChildren: Bool

    static let fromDocument: Int32 = -1
    static let fromCurrent: Int32 = -2
}

/// A part of a text with expressions: an expression where it has one, otherwise a literal.
struct TemplateTextPart {
    var literal: Word
    var expression: Int32
}

/// The first-level names that paths over one kind of value ask for.
struct TemplateScope {
    /// First slot of the scope.
    var firstSlot: Int32
    var matcher: Unmanaged<KeyMatcher>
}

struct TemplateTables {
    let operations: UnsafeMutablePointer<TemplateOperation>
    let members: UnsafeMutablePointer<TemplateMember>
    let elements: UnsafeMutablePointer<Int32>
    let paths: UnsafeMutablePointer<TemplatePathUse>
    let words: UnsafeMutablePointer<Word>
    let parts: UnsafeMutablePointer<TemplateTextPart>
    let scopes: UnsafeMutablePointer<TemplateScope>
    let coerced: CoercedWords
    let root: Int32
}
