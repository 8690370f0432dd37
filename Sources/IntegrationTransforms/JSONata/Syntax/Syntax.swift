/// A node of the syntax tree: what the parser makes, then what the processing makes of it, in place.
///
/// Lives only while an expression is compiled.
final class Syntax {
    enum Kind: String {
        case name, string, number, value, regex, variable, wildcard, descendant, parent, binary, unary, function,
            partial
        case lambda, condition, block, transform, path, bind, apply, sort, `operator`, end = "(end)"
    }

    struct Stage {
        /// The predicate; nil for an index binding.
        var filter: Syntax?
        /// The variable of an index binding.
        var index: String?
    }

    struct Term {
        var expression: Syntax
        var isDescending: Bool
    }

    /// The key and the value of a member of an object constructor.
    struct Pair {
        var key: Syntax
        var value: Syntax
    }

    /// The object constructor behind a group-by.
    struct Group {
        var pairs: [Pair]
        var start: Int
        var end: Int
    }

    /// What a `%` refers to: filled in when the step that it climbs to is known.
    final class Slot {
        var label: String
        var level = 1
        init(_ label: String) { self.label = label }
    }

    var kind: Kind
    /// The operator, the name or the characters.
    var text: String
    var number: Double = 0
    var flags: String = ""
    var start: Int
    var end: Int

    /// Levels of the tree below and with this node.
    var height = 1
    var left: Syntax?
    var right: Syntax?
    /// The condition of a conditional, the procedure of a call, the pattern of a transform.
    var head: Syntax?
    /// Arguments, items, expressions of a block or steps of a path.
    var items: [Syntax] = []
    var pairs: [Pair] = []
    var terms: [Term] = []
    var signature: Signature?

    var stages: [Stage]?
    var predicates: [Syntax]?
    var group: Group?
    var keepArray = false
    var keepSingletonArray = false
    var isArrayConstructor = false
    var isTuple = false
    var isThunk = false
    var focus: String?
    var index: String?
    var ancestor: Slot?
    var slot: Slot?
    var seekingParent: [Slot]?

    init(_ kind: Kind, _ text: String = "", start: Int, end: Int) {
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
    }

    convenience init(_ kind: Kind, like other: Syntax) {
        self.init(kind, other.text, start: other.start, end: other.end)
    }

    var isArrayLiteral: Bool { kind == .unary && text == "[" }
    var isRange: Bool { kind == .binary && text == ".." }

    func error(_ code: String, token: String? = nil, value: String? = nil) -> ExpressionError {
        ExpressionError(code, at: start, end: end, token: token, value: value)
    }
}
