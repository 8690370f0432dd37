internal import IntegrationDocument

/// One evaluation: its budget, its clock, its variables from outside.
final class Evaluator {
    let root: Value
    let bindings: ExpressionBindings
    var symbols: Symbols
    private let host: ExpressionHost
    private let budget: ExpressionBudget

    private var steps = 0
    private var nextCheck = checkInterval
    private var depth = 0
    private var calls = 0
    private var stackFloor: UInt = 0
    private var deadline: UInt64?
    private var startedMilliseconds: Int64?
    /// The variables of the expression's outermost level.
    let rootFrame: Frame
    /// The variables that `$eval` sees.
    var evalFrame: Frame
    /// Whether a binding has the name of a built-in function.
    let overridesBuiltins: Bool
    private static let checkInterval = 1024
    /// Below this depth no thread's stack is too small.
    private static let shallow = 24

    init(
        root: Value, bindings: ExpressionBindings, symbols: Symbols, host: ExpressionHost, budget: ExpressionBudget
    ) {
        self.root = root
        self.bindings = bindings
        self.symbols = symbols
        self.host = host
        self.budget = budget
        rootFrame = Frame(nil)
        evalFrame = rootFrame
        overridesBuiltins = bindings.overridesBuiltins
    }

    /// The time of this evaluation, the same wherever it is asked for.
    var milliseconds: Int64 {
        if let startedMilliseconds { return startedMilliseconds }
        let now = host.wallMilliseconds()
        startedMilliseconds = now
        return now
    }

    /// A random number, 0 ≤ n < 1.
    func random() -> Double { Double(host.randomBits() >> 11) * 0x1p-53 }

    /// A random identifier: version 4 of RFC 9562, 5.4.
    func uuid() -> String {
        let high = host.randomBits() & ~0xF000 | 0x4000
        let low = host.randomBits() & (.max >> 2) | 1 << 63
        func hex(_ bits: UInt64, from: UInt64, digits: Int) -> String {
            let text = String(bits >> from & (1 << UInt64(4 * digits) - 1), radix: 16)
            return String(repeating: "0", count: digits - text.utf8.count) + text
        }
        return [
            hex(high, from: 32, digits: 8), hex(high, from: 16, digits: 4), hex(high, from: 0, digits: 4),
            hex(low, from: 48, digits: 4), hex(low, from: 0, digits: 12),
        ].joined(separator: "-")
    }

    // MARK: Budget

    /// Takes `count` steps from the budget.
    ///
    /// - Throws: U1001 where steps or time are used up.
    @inline(__always)
    func charge(_ count: Int = 1) throws(ExpressionError) {
        steps &+= count
        if steps >= nextCheck { try check() }
    }

    /// Takes steps for a text of so many bytes, that is read or made.
    ///
    /// - Throws: as `charge`; U1002 for a text that no result could hold.
    func charge(text bytes: Int) throws(ExpressionError) {
        guard bytes <= budget.outputBytes else { throw ExpressionError("U1002", value: "\(budget.outputBytes)") }
        try charge(bytes / 16)
    }

    /// Makes sure that so many steps are left, before something is begun that takes them.
    func require(_ count: Int) throws(ExpressionError) {
        guard count <= budget.steps, steps <= budget.steps - count else { throw tooLong() }
    }

    private func tooLong() -> ExpressionError {
        ExpressionError("U1001", value: "it took more than \(budget.steps) steps")
    }

    @inline(never)
    private func check() throws(ExpressionError) {
        nextCheck = steps + Self.checkInterval
        if steps > budget.steps { throw tooLong() }
        let now = host.monotonicNanoseconds()
        if let deadline {
            if now > deadline { throw ExpressionError("U1001", value: "it took longer than \(budget.time)") }
        } else {
            // The clock starts with the first look at it, so that small evaluations never read it.
            let (seconds, attoseconds) = budget.time.components
            let whole = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
            let allowed =
                whole.overflow
                ? .max
                : whole.partialValue.addingReportingOverflow(
                    UInt64(clamping: attoseconds / 1_000_000_000)
                ).partialValue
            deadline = now.addingReportingOverflow(min(allowed, .max - now)).partialValue
        }
    }

    @inline(never)
    private func checkStack() throws(ExpressionError) {
        var marker: UInt8 = 0
        let address = withUnsafePointer(to: &marker) { UInt(bitPattern: $0) }
        if stackFloor == 0 { stackFloor = max(1, ThreadStack.floor(from: address)) }
        if address < stackFloor {
            throw ExpressionError("U1001", value: "the recursion is too deep; a call in tail position would not be")
        }
    }

    // MARK: Evaluation

    /// Evaluates a node in the context `input`; a sequence collapses to its element, or to undefined.
    @inline(__always)
    func evaluate(_ node: Node, _ input: Value, _ frame: Frame) throws(ExpressionError) -> Value {
        try charge()
        depth &+= 1
        defer { depth &-= 1 }
        if depth > Self.shallow { try checkDepth() }
        let result = try node.run(input, frame, self)
        guard case .array(let box) = result, box.isSequence, !box.isTupleStream else { return result }
        return Self.collapse(box, keepArray: node.keepArray)
    }

    @inline(never)
    private func checkDepth() throws(ExpressionError) {
        if depth > budget.depth { throw tooDeep() }
        if depth & 7 == 0 { try checkStack() }
    }

    private func tooDeep() -> ExpressionError {
        ExpressionError(
            "U1001", value: "it nested deeper than \(budget.depth) levels; a call in tail position would not")
    }

    @inline(never)
    private static func collapse(_ box: ArrayBox, keepArray: Bool) -> Value {
        if keepArray { box.keepSingleton = true }
        switch box.items.count {
        case 0: return .undefined
        case 1: return box.keepSingleton ? .array(box) : box.items[0]
        default: return .array(box)
        }
    }

    /// The value of a variable: bound by the expression, by the caller, or a built-in function.
    func variable(_ symbol: Int32, _ frame: Frame) -> Value {
        if let bound = frame.lookup(symbol) { return bound }
        if let given = bindings.value(symbols.names[Int(symbol)]) { return given }
        if symbols.names[Int(symbol)] == "$" { return root }
        if let builtin = symbols.builtins[Int(symbol)] { return .function(FunctionBox(.builtin(builtin))) }
        return .undefined
    }

    // MARK: Calls

    /// Calls a function, and then whatever it calls in tail position.
    func apply(_ function: FunctionBox, _ arguments: [Value], context: Value) throws(ExpressionError) -> Value {
        // Functions that call each other through built-in ones nest without nesting nodes.
        calls &+= 1
        defer { calls &-= 1 }
        if calls > budget.depth { throw tooDeep() }
        if calls & 3 == 0 { try checkStack() }
        var result = try applyOnce(function, arguments, context: context)
        while case .function(let box) = result, case .thunk(let call, let input, let frame) = box.kind {
            try charge()
            result = try call.performTail(input, frame, context: context, self)
        }
        return result
    }

    /// Calls a function; what it leaves in tail position is returned as a thunk.
    func applyOnce(_ function: FunctionBox, _ arguments: [Value], context: Value) throws(ExpressionError) -> Value {
        switch function.kind {
        case .builtin(let builtin):
            let checked = try check(arguments, builtin.signature, context: context)
            return try builtin.call(checked, context: context, self)
        case .lambda(let node, let input, let frame):
            var arguments = arguments
            if let signature = node.signature { arguments = try check(arguments, signature, context: context) }
            var values: [Value] = []
            values.reserveCapacity(node.parameters.count)
            for index in node.parameters.indices {
                values.append(index < arguments.count ? arguments[index] : .undefined)
            }
            return try evaluate(node.body, input, Frame(frame, names: node.parameters, values: values))
        case .thunk(let call, let input, let frame):
            return try call.performTail(input, frame, context: context, self)
        case .partial(let function, let given):
            var rest = arguments[...]
            let complete = given.map { $0 ?? (rest.popFirst() ?? .undefined) }
            return try apply(function, complete, context: .undefined)
        case .passed(let function):
            return try apply(function, arguments, context: .null)
        case .chain(let first, let second):
            let middle = try apply(first, arguments, context: .null)
            return try apply(second, [middle], context: .null)
        case .regex(let node):
            guard let text = arguments.first?.string else { return .undefined }
            return try node.firstMatch(in: text, self)
        case .nextMatch(let cursor):
            return try cursor.next(self)
        case .transform(let node, let frame):
            return try node.transform(arguments, context: context, frame, self)
        }
    }
}
