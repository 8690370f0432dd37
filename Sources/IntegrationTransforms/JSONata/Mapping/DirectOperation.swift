internal import IntegrationDocument

/// An operation of a direct program; its operands are operations, named by their index.
struct DirectOperation {
    enum Kind: UInt8 {
        case literal, number, context
        /// A path of plain names over objects.
        case path
        /// The items that a path through one array goes over.
        case stream
        /// Values for the elements of an array.
        case list
        case add, subtract, multiply, divide, remainder, negate
        case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, anyOf
        case and, or, not, boolean, exists
        case condition, orDefault, ifMissing
        case concatenate, string, uppercase, lowercase
        case toNumber, floor, ceil, abs, round
        case sum, count, average, maximum, minimum
    }

    var kind: Kind
    /// Operands; -1 for none. Of an operation with any number of them the first of `operands` and the one behind the
    /// last, of a path and a stream the same of its names.
    var first: Int32 = -1
    var second: Int32 = -1
    /// Of a stream the test that its items must pass.
    var third: Int32 = -1
    /// Of a stream what is made of each item.
    var fourth: Int32 = -1
    /// The member that a path starts from, before its names; -1 where it starts from the context.
    var slot: Int32 = -1
    var number: Double = 0
    var word = Word.null
}

/// Expressions that need no evaluator: over objects and scalars, without variables, in flat tables.
///
/// What they can't say they leave to the whole evaluation (`DirectValue.unknown`), and with it every error.
final class DirectProgram: @unchecked Sendable {
    // Proof of Sendable: the memory is written only in `init`.

    let operations: UnsafeMutablePointer<DirectOperation>
    let operands: UnsafeMutablePointer<Int32>
    let names: UnsafeMutablePointer<KeyText>
    private let owned: [Name]

    init(_ draft: DirectDraft) {
        operations = .table(draft.operations)
        operands = .table(draft.operands)
        names = .table(draft.names.map(\.bytes))
        owned = draft.names
    }

    deinit {
        operations.deallocate()
        operands.deallocate()
        names.deallocate()
    }
}
