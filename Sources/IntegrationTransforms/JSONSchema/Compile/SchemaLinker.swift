internal import IntegrationDocument

extension SchemaCompiler {
    /// Lays the drafts out in memory.
    func link(root: Int) -> Program {
        let memory = ProgramMemory()
        let nodes = memory.allocate(SchemaNode.self, count: drafts.count)
        let linker = SchemaLinker(compiler: self, memory: memory, nodes: nodes)
        for number in drafts.indices { (nodes + number).initialize(to: linker.node(drafts[number])) }
        let places = drafts.map { (store.location($0.place), $0.schema) }
        return Program(
            arena: store.arena, memory: memory, nodes: NodePointer(nodes), root: linker.pointer(root), places: places)
    }
}

/// Makes nodes of drafts.
struct SchemaLinker {
    let compiler: SchemaCompiler
    let memory: ProgramMemory
    let nodes: UnsafeMutablePointer<SchemaNode>

    /// Where a node stands; one that only refers to another is passed over.
    func pointer(_ number: Int) -> NodePointer {
        var number = number
        while let alias = compiler.drafts[number].alias { number = alias }
        return NodePointer(nodes + number)
    }

    func pointer(_ number: Int?) -> NodePointer? { number.map { pointer($0) } }

    func row(_ numbers: [Int]) -> Row<NodePointer> { memory.row(numbers.map { pointer($0) }) }

    private func view(_ word: WordPointer) -> View { compiler.store.view(word) }

    func node(_ draft: NodeDraft) -> SchemaNode {
        var node = SchemaNode(
            kinds: draft.kinds, checked: [],
            takesIntegralDecimals: draft.takesIntegralDecimals && draft.kinds.isDisjoint(with: KindSet(.decimal)))
        if let values = draft.values {
            node.values = memory.store(self.values(values))
            node.checked = .all
        }
        if draft.hasNumberRules {
            node.numbers = memory.store(numbers(draft))
            node.checked.formUnion(.number)
        }
        if draft.hasStringRules {
            let pattern = draft.pattern.map { memory.keep($0) }
            let rules = StringRules(
                minLength: draft.minLength, maxLength: draft.maxLength, pattern: pattern, format: draft.format,
                content: draft.content)
            node.strings = memory.store(rules)
            node.checked.formUnion(.string)
        }
        if draft.hasObjectRules {
            node.objects = memory.store(objects(draft))
            node.checked.formUnion(.object)
        }
        if draft.hasArrayRules {
            node.arrays = memory.store(arrays(draft))
            node.checked.formUnion(.array)
        }
        if draft.hasApplicators {
            let applicators = Applicators(
                all: row(draft.all), any: row(draft.any), one: row(draft.one), not: pointer(draft.not),
                condition: pointer(draft.condition), then: pointer(draft.then), otherwise: pointer(draft.otherwise))
            node.applicators = memory.store(applicators)
            node.checked = .all
        }
        node.unevaluatedMembers = pointer(draft.unevaluatedMembers)
        node.unevaluatedItems = pointer(draft.unevaluatedItems)
        if node.unevaluatedMembers != nil { node.checked.formUnion(.object) }
        if node.unevaluatedItems != nil { node.checked.formUnion(.array) }
        return node
    }

    private func values(_ values: [WordPointer]) -> ValueRules {
        var strings: [String] = []
        var known: Set<[UInt8]> = []
        var others: [WordPointer] = []
        var kinds: KindSet = []
        for value in values.map({ view($0) }) {
            if value.word.isString {
                kinds.formUnion(.string)
                // By bytes: strings of Swift are equal where only their normalisation differs.
                if let string = value.string, known.insert(Array(string.utf8)).inserted { strings.append(string) }
            } else {
                kinds.formUnion(value.word.isNumber ? .number : KindSet(value.kind))
                others.append(value.pointer)
            }
        }
        return ValueRules(
            strings: memory.keep(KeyMatcher(strings)), others: memory.row(others),
            bases: UnsafePointer(compiler.store.arena.bases), kinds: kinds)
    }

    private func numbers(_ draft: NodeDraft) -> NumberRules {
        var rules = NumberRules(
            takesPositives: false, takesNaturals: false, minimum: bound(draft.minimum),
            exclusiveMinimum: bound(draft.exclusiveMinimum), maximum: bound(draft.maximum),
            exclusiveMaximum: bound(draft.exclusiveMaximum), multipleOf: bound(draft.multipleOf))
        guard rules.maximum == nil, rules.exclusiveMaximum == nil, rules.multipleOf == nil else { return rules }
        func order(_ word: WordPointer?, _ limit: StaticString) -> Int? {
            word.map { ExactDecimal(view($0)).compared(to: ExactDecimal(limit.utf8Start, limit.utf8CodeUnitCount)) }
        }
        rules.takesPositives = order(draft.minimum, "0") ?? 0 <= 0 && order(draft.exclusiveMinimum, "0") ?? 0 <= 0
        rules.takesNaturals = order(draft.minimum, "1") ?? 0 <= 0 && order(draft.exclusiveMinimum, "1") ?? -1 < 0
        return rules
    }

    private func bound(_ word: WordPointer?) -> NumberBound? {
        guard let word else { return nil }
        let view = view(word)
        let length = view.word.length
        let isPlain = !view.rawBytes.contains { $0 | 0x20 == UInt8(ascii: "e") }
        return NumberBound(
            value: view.double ?? 0, text: view.text, length: length, isShort: isPlain && length <= 15)
    }

    private func objects(_ draft: NodeDraft) -> ObjectRules {
        var names = NameTable()
        for property in draft.properties { names.add(property.name, node: pointer(property.node)) }
        let required = draft.required.map { names.bit($0) }
        let dependents = draft.dependents.map { dependent in
            DependentRule(
                trigger: names.bit(dependent.name), required: memory.row(dependent.required.map { names.bit($0) }),
                node: pointer(dependent.node))
        }
        var masks = [UInt64](repeating: 0, count: (names.bits + 63) / 64)
        for bit in required { masks[bit >> 6] |= 1 << UInt64(bit & 63) }
        let patterns = draft.patternProperties.map {
            PatternMemberRule(pattern: memory.keep($0.pattern), node: pointer($0.node))
        }
        return ObjectRules(
            names: memory.keep(KeyMatcher(names.names)), members: memory.row(names.rules),
            required: memory.row(masks), minProperties: draft.minProperties, maxProperties: draft.maxProperties,
            patterns: memory.row(patterns), additional: pointer(draft.additionalProperties),
            evaluatesAdditional: draft.additionalProperties != nil, propertyNames: pointer(draft.propertyNames),
            dependents: memory.row(dependents))
    }

    private func arrays(_ draft: NodeDraft) -> ArrayRules {
        ArrayRules(
            minItems: draft.minItems, maxItems: draft.maxItems, isUnique: draft.isUnique, prefix: row(draft.prefix),
            rest: pointer(draft.rest), evaluatesRest: draft.rest != nil, contains: pointer(draft.contains),
            minContains: draft.minContains, maxContains: draft.maxContains,
            containsEvaluates: draft.dialect.containsEvaluates)
    }
}

/// Collects the names that mean something to an object's rules.
struct NameTable {
    private(set) var names: [String] = []
    private(set) var rules: [MemberRule] = []
    /// Number of presence bits.
    private(set) var bits = 0
    private var slots: [[UInt8]: Int] = [:]

    private mutating func slot(_ name: String) -> Int {
        let key = Array(name.utf8)
        if let known = slots[key] { return known }
        slots[key] = names.count
        names.append(name)
        rules.append(MemberRule(key))
        return names.count - 1
    }

    mutating func add(_ name: String, node: NodePointer) {
        let slot = slot(name)
        rules[slot].node = node
        rules[slot].isProperty = true
    }

    /// The bit in which the presence of a member is noted.
    mutating func bit(_ name: String) -> Int {
        let slot = slot(name)
        if rules[slot].bit < 0 {
            rules[slot].bit = Int32(bits)
            rules[slot].mask = 1 << UInt64(bits & 63)
            bits += 1
        }
        return Int(rules[slot].bit)
    }
}
