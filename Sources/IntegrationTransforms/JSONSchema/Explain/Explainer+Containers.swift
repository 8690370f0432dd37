internal import IntegrationCore
internal import IntegrationDocument

extension Explainer {
    mutating func explainObject(_ node: NodePointer, _ rules: UnsafePointer<ObjectRules>, _ at: WordPointer) {
        let rules = rules.pointee
        let object = view(at)
        let schema = program.schema(of: node)
        explainMemberCount(node, rules, object)
        let names = rules.names.takeUnretainedValue()
        var isPresent = Set<Int>()
        for member in object.members {
            let name = member.name
            let slot = names.slot(of: member.key.word, object.bases)
            var isKnown = false
            if slot >= 0 {
                isPresent.insert(slot)
                let rule = rules.members[slot]
                if let child = rule.node { explain(child, member.value.pointer, at: .member(name)) }
                isKnown = rule.isProperty
            }
            for index in 0..<rules.patterns.count
            where validator.matches(rules.patterns[index].pattern, name: member.key.pointer) {
                isKnown = true
                explain(rules.patterns[index].node, member.value.pointer, at: .member(name))
            }
            if !isKnown, let additional = rules.additional {
                if isFalse(additional) {
                    report(
                        .schemaAdditional, node, "additionalProperties", "is not an allowed member", at: .member(name))
                } else {
                    explain(additional, member.value.pointer, at: .member(name))
                }
            }
            if let propertyNames = rules.propertyNames { explainName(node, propertyNames, member) }
            if isFull { return }
        }
        if let required = schema["required"], required.kind == .array, requiresMembers(rules) {
            for name in required.elements {
                guard let text = name.string, object.member(name) == nil else { continue }
                report(.schemaRequired, node, "required", "is required but missing", at: .member(text))
            }
        }
        explainDependents(node, rules, object, names, isPresent)
    }

    /// Whether `required` is asserted here: a metaschema without the vocabulary for validation turns it off.
    private func requiresMembers(_ rules: ObjectRules) -> Bool {
        (0..<rules.required.count).contains { rules.required[$0] != 0 }
    }

    private func isFalse(_ node: NodePointer) -> Bool { node.pointee.kinds.isEmpty }

    private mutating func explainMemberCount(_ node: NodePointer, _ rules: ObjectRules, _ object: View) {
        if object.count < rules.minProperties {
            report(
                .schemaMembers, node, "minProperties",
                "must have at least \(Wording.count(rules.minProperties, "member")), but has \(object.count)")
        }
        if object.count > rules.maxProperties {
            report(
                .schemaMembers, node, "maxProperties",
                "must have at most \(Wording.count(rules.maxProperties, "member")), but has \(object.count)")
        }
    }

    private mutating func explainName(_ node: NodePointer, _ names: NodePointer, _ member: View.Member) {
        guard !validator.check(names, member.key.pointer) else { return }
        let shown = Wording.describe(member.key)
        let outer = (found, subject)
        found = []
        subject = "the name \(shown)"
        explain(names, member.key.pointer, at: .member(member.name))
        let inner = found.first
        (found, subject) = outer
        guard let inner else { return }
        report(
            .schemaName, node, "propertyNames", "has a name that is not allowed: \(inner.message)",
            at: .member(member.name))
    }

    private mutating func explainDependents(
        _ node: NodePointer, _ rules: ObjectRules, _ object: View, _ names: KeyMatcher, _ isPresent: Set<Int>
    ) {
        guard rules.dependents.count > 0 else { return }
        var slots: [Int: Int] = [:]
        for slot in names.keys.indices where rules.members[slot].bit >= 0 { slots[Int(rules.members[slot].bit)] = slot }
        for index in 0..<rules.dependents.count {
            let dependent = rules.dependents[index]
            guard let trigger = slots[dependent.trigger], isPresent.contains(trigger) else { continue }
            for other in 0..<dependent.required.count {
                guard let slot = slots[dependent.required[other]], !isPresent.contains(slot) else { continue }
                let listed = program.schema(of: node)["dependencies"]?[names.keys[trigger]]
                let isOld = listed?.elements.contains { $0.string == names.keys[slot] } == true
                let keyword = isOld ? "dependencies" : "dependentRequired"
                let cause = location.appending(.member(names.keys[trigger])).path
                report(
                    .schemaDependent, node, keyword, "is required because \(cause) is there, but missing",
                    at: .member(names.keys[slot]))
            }
            if let child = dependent.node { explain(child, object.pointer) }
        }
    }

    mutating func explainArray(_ node: NodePointer, _ rules: UnsafePointer<ArrayRules>, _ at: WordPointer) {
        let rules = rules.pointee
        let array = view(at)
        if array.count < rules.minItems {
            report(
                .schemaItems, node, "minItems",
                "must have at least \(Wording.count(rules.minItems, "item")), but has \(array.count)")
        }
        if array.count > rules.maxItems {
            report(
                .schemaItems, node, "maxItems",
                "must have at most \(Wording.count(rules.maxItems, "item")), but has \(array.count)")
        }
        for (index, item) in array.elements.enumerated() {
            if isFull { return }
            if index < rules.prefix.count {
                explain(rules.prefix[index], item.pointer, at: .item(index))
            } else if let rest = rules.rest {
                if isFalse(rest) {
                    let keyword = program.schema(of: node)["items"]?.kind == .array ? "additionalItems" : "items"
                    report(
                        .schemaAdditional, node, keyword,
                        "is not allowed: the array may have \(Wording.count(rules.prefix.count, "item")) only",
                        at: .item(index))
                } else {
                    explain(rest, item.pointer, at: .item(index))
                }
            }
        }
        if rules.isUnique, let same = UniqueItems.firstRepetition(array) {
            report(
                .schemaUnique, node, "uniqueItems",
                "must not have equal items, but items \(same.first) and \(same.second) are equal")
        }
        explainContains(node, rules, array)
    }

    private mutating func explainContains(_ node: NodePointer, _ rules: ArrayRules, _ array: View) {
        guard let contains = rules.contains else { return }
        var count = 0
        for item in array.elements where validator.check(contains, item.pointer) { count += 1 }
        let schema = program.schema(of: node)
        if count < rules.minContains {
            let keyword = schema["minContains"] == nil ? "contains" : "minContains"
            let least = rules.minContains == 1 ? "an item" : "at least \(rules.minContains) items"
            report(
                .schemaContains, node, keyword,
                "must contain \(least) of the form under contains, but has \(count == 0 ? "none" : String(count))")
        }
        if count > rules.maxContains {
            report(
                .schemaContains, node, "maxContains",
                "must contain at most \(Wording.count(rules.maxContains, "item")) of the form under contains, "
                    + "but has \(count)")
        }
    }

    mutating func explainUnevaluated(_ node: NodePointer, _ at: WordPointer) {
        let isObject = at.pointee.kind == .object
        let unevaluated = isObject ? node.pointee.unevaluatedMembers : node.pointee.unevaluatedItems
        guard let unevaluated, at.pointee.isContainer else { return }
        let value = view(at)
        var marks = [Bool](repeating: false, count: value.count + 1)
        let isValid = marks.withUnsafeMutableBufferPointer {
            validator.checkOwn(node, at, $0.baseAddress.unsafelyUnwrapped)
        }
        guard isValid else { return }
        let keyword = isObject ? "unevaluatedProperties" : "unevaluatedItems"
        func children() -> [(InstanceLocation.Step, View)] {
            isObject
                ? value.members.map { (.member($0.name), $0.value) }
                : value.elements.enumerated().map { (.item($0.offset), $0.element) }
        }
        for (index, child) in children().enumerated() where !marks[index] && !isFull {
            if isFalse(unevaluated) {
                report(
                    .schemaAdditional, node, keyword, "is not allowed: no part of the schema describes it", at: child.0)
            } else {
                explain(unevaluated, child.1.pointer, at: child.0)
            }
        }
    }
}

extension View {
    /// The value of the member that has the characters of the string `key` as its name.
    fileprivate func member(_ key: View) -> View? { key.withDecodedText { member($0) } }
}
