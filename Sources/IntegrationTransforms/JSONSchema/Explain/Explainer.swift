internal import IntegrationCore
internal import IntegrationDocument

/// Finds out what is wrong with a value that is not valid, and says it in words.
///
/// Works on the same nodes as the validator, but keyword by keyword and without ending at the first one. It runs for
/// messages that fail only, so it may allocate; its work is bounded all the same.
struct Explainer {
    let program: Program
    var validator: Validator
    let limit: Int
    var found: [Violation] = []
    var location = InstanceLocation()
    /// What is said instead of the path while a member's name is looked at.
    var subject: String?
    /// How many alternatives enclose the value that is being explained.
    var alternatives = 0
    /// How many nodes enclose the one that is being explained.
    private var depth = 0
    /// More than this could need more stack than a thread of one MiB has.
    private static let maximumDepth = 2048
    /// Nodes that may still be explained.
    var work = 200_000

    init(program: Program, view: View, maximumSteps: Int, limit: Int) {
        self.program = program
        validator = Validator(view, maximumSteps: maximumSteps)
        self.limit = limit
    }

    var isFull: Bool { found.count >= limit || work <= 0 || validator.stop != nil }

    func view(_ at: WordPointer) -> View { validator.view(at) }

    mutating func report(
        _ code: ErrorCode, _ node: NodePointer, _ keyword: String, _ predicate: String,
        at step: InstanceLocation.Step? = nil
    ) {
        guard !isFull else { return }
        let place = program.location(of: node)
        found.append(
            Violation(
                code: code, location: step.map { location.appending($0) } ?? location, keyword: keyword,
                schemaLocation: keyword.isEmpty || keyword == "false" ? place : place + "/" + keyword,
                predicate: predicate, subject: subject))
    }

    mutating func explain(_ node: NodePointer, _ at: WordPointer, at step: InstanceLocation.Step) {
        location.steps.append(step)
        explain(node, at)
        location.steps.removeLast()
    }

    mutating func explain(_ node: NodePointer, _ at: WordPointer) {
        work -= 1
        guard !isFull else { return }
        guard depth < Self.maximumDepth else {
            if validator.check(node, at) { return }
            return report(.schemaGivenUp, node, "", "is not valid, but nested too deeply to tell why")
        }
        depth += 1
        defer { depth -= 1 }
        let before = found.count
        guard explainKind(node, at) else { return }
        if let values = node.pointee.values, !validator.isAllowed(values, at) { explainValue(node, at) }
        switch at.pointee.kind {
        case .integer, .decimal:
            if let rules = node.pointee.numbers { explainNumber(node, rules, at) }
        case .string, .escapedString:
            if let rules = node.pointee.strings { explainString(node, rules, at) }
        case .object:
            if let rules = node.pointee.objects { explainObject(node, rules, at) }
        case .array:
            if let rules = node.pointee.arrays { explainArray(node, rules, at) }
        default: break
        }
        if let applicators = node.pointee.applicators { explainApplicators(node, applicators, at) }
        // Where something else is wrong, what it would have evaluated is not known.
        if found.count == before { explainUnevaluated(node, at) }
    }

    private mutating func explainKind(_ node: NodePointer, _ at: WordPointer) -> Bool {
        let kind = KindSet(at.pointee.kind)
        if !node.pointee.kinds.isDisjoint(with: kind) { return true }
        if node.pointee.takesIntegralDecimals, at.pointee.kind == .decimal,
            ExactDecimal(view(at)).isInteger
        {
            return true
        }
        if node.pointee.kinds.isEmpty, program.schema(of: node).kind == .false {
            report(.schemaAdditional, node, "false", "is not allowed here")
        } else {
            let names = Wording.types(program.schema(of: node)["type"])
            report(.schemaType, node, "type", "must be \(names), but is \(Wording.describe(view(at)))")
        }
        return false
    }

    private mutating func explainValue(_ node: NodePointer, _ at: WordPointer) {
        let schema = program.schema(of: node)
        let value = view(at)
        let actual = Wording.describe(value)
        // Where both stand there, the list is broken whatever the draft; a constant means nothing in draft 4.
        if let list = schema["enum"], !list.elements.contains(where: { $0.isEqual(to: value) }) {
            let values = list.elements.prefix(10).map { Wording.describe($0) }
            let more = list.count > 10 ? " or one of \(list.count - 10) others" : ""
            report(.schemaValue, node, "enum", "must be \(Wording.either(values))\(more), but is \(actual)")
        } else if let constant = schema["const"] {
            report(.schemaValue, node, "const", "must be \(Wording.describe(constant)), but is \(actual)")
        }
    }

    private mutating func explainNumber(
        _ node: NodePointer, _ rules: UnsafePointer<NumberRules>, _ at: WordPointer
    ) {
        guard !validator.check(rules, at.pointee) else { return }
        let value = ExactDecimal(view(at))
        let actual = Wording.describe(view(at))
        func order(_ bound: NumberBound?) -> Int? {
            bound.map { value.compared(to: ExactDecimal($0.text, $0.length)) }
        }
        func text(_ bound: NumberBound?) -> String {
            bound.map { String(decoding: UnsafeBufferPointer(start: $0.text, count: $0.length), as: UTF8.self) } ?? ""
        }
        let rules = rules.pointee
        let schema = program.schema(of: node)
        if let order = order(rules.minimum), order < 0 {
            report(.schemaRange, node, "minimum", "must be at least \(text(rules.minimum)), but is \(actual)")
        }
        if let order = order(rules.exclusiveMinimum), order <= 0 {
            let keyword = schema["exclusiveMinimum"]?.kind == .true ? "minimum" : "exclusiveMinimum"
            report(
                .schemaRange, node, keyword, "must be greater than \(text(rules.exclusiveMinimum)), but is \(actual)")
        }
        if let order = order(rules.maximum), order > 0 {
            report(.schemaRange, node, "maximum", "must be at most \(text(rules.maximum)), but is \(actual)")
        }
        if let order = order(rules.exclusiveMaximum), order >= 0 {
            let keyword = schema["exclusiveMaximum"]?.kind == .true ? "maximum" : "exclusiveMaximum"
            report(.schemaRange, node, keyword, "must be less than \(text(rules.exclusiveMaximum)), but is \(actual)")
        }
        if let divisor = rules.multipleOf, !value.isMultiple(of: ExactDecimal(divisor.text, divisor.length)) {
            report(
                .schemaMultiple, node, "multipleOf", "must be a multiple of \(text(divisor)), but is \(actual)")
        }
    }

    private mutating func explainString(
        _ node: NodePointer, _ rules: UnsafePointer<StringRules>, _ at: WordPointer
    ) {
        let rules = rules.pointee
        let bytes = view(at).decodedBytes
        let actual = Wording.describe(view(at))
        let length = bytes.withUnsafeBufferPointer { Validator.codePoints($0) }
        if length < rules.minLength {
            report(
                .schemaLength, node, "minLength",
                "must have at least \(Wording.count(rules.minLength, "character")), but has \(length)")
        }
        if length > rules.maxLength {
            report(
                .schemaLength, node, "maxLength",
                "must have at most \(Wording.count(rules.maxLength, "character")), but has \(length)")
        }
        if let pattern = rules.pattern {
            let matches = bytes.withUnsafeBufferPointer { validator.matches(pattern, $0) }
            let text = pattern.takeUnretainedValue().text
            if !matches { report(.schemaPattern, node, "pattern", "must match the pattern \(text), but is \(actual)") }
        }
        if let format = rules.format, !bytes.withUnsafeBufferPointer({ format.accepts($0) }) {
            report(.schemaFormat, node, "format", "must be \(format.words) (\(format.name)), but is \(actual)")
        }
        if let keyword = bytes.withUnsafeBufferPointer({ rules.content.failure(of: $0) }) {
            let expected = keyword == "contentEncoding" ? "base64" : "JSON"
            report(.schemaFormat, node, keyword, "must hold \(expected), but is \(actual)")
        }
    }
}
