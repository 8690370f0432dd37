internal import IntegrationCore
internal import IntegrationDocument

/// The keywords of one schema while it is compiled.
struct KeywordReader {
    let compiler: SchemaCompiler
    let members: [String: View]
    let place: SchemaPlace
    let dialect: SchemaDialect
    let bindings: Int

    subscript(_ keyword: String) -> View? { members[keyword] }

    func report(_ keyword: String, _ message: String, _ code: ErrorCode = .schemaKeyword) {
        compiler.store.report(code, place.appending(keyword), message)
    }

    /// The node of a subschema directly under a keyword.
    func node(_ keyword: String) throws(SchemaError) -> Int? {
        guard let view = self[keyword] else { return nil }
        // Draft 4 has `true` and `false` for these two only.
        let takesBooleans = keyword == "additionalProperties" || keyword == "additionalItems"
        return try node(view, place.appending(keyword), takesBooleans: takesBooleans)
    }

    func node(_ view: View, _ place: SchemaPlace, takesBooleans: Bool = false) throws(SchemaError) -> Int? {
        let isBoolean = (dialect.hasBooleanSchemas || takesBooleans) && view.bool != nil
        guard view.kind == .object || isBoolean else {
            let expected = dialect.hasBooleanSchemas ? "an object, true or false" : "an object"
            compiler.store.report(.schemaKeyword, place, "a schema must be \(expected)")
            return nil
        }
        return try compiler.node(view.pointer, bindings: bindings)
    }

    func nodes(_ keyword: String) throws(SchemaError) -> [Int] {
        guard let view = self[keyword] else { return [] }
        guard view.kind == .array, view.count > 0 else {
            report(keyword, "\(keyword) must be a list of at least one schema")
            return []
        }
        return try list(view, place.appending(keyword))
    }

    func list(_ view: View, _ place: SchemaPlace) throws(SchemaError) -> [Int] {
        var nodes: [Int] = []
        for (index, item) in view.elements.enumerated() {
            if let node = try node(item, place.appending(String(index))) { nodes.append(node) }
        }
        return nodes
    }

    /// A whole number that is not negative.
    func count(_ keyword: String) -> Int? {
        guard let view = self[keyword] else { return nil }
        let number = view.word.isNumber ? ExactDecimal(view) : nil
        guard let number, number.isInteger, !number.isNegative || number.isZero else {
            report(keyword, "\(keyword) must be a whole number that is not negative")
            return nil
        }
        guard let value = view.double, value < 9e15 else { return .max }
        return Int(value)
    }

    func number(_ keyword: String) -> WordPointer? {
        guard let view = self[keyword] else { return nil }
        guard view.word.isNumber else {
            report(keyword, "\(keyword) must be a number")
            return nil
        }
        return view.pointer
    }

    func flag(_ keyword: String) -> Bool {
        guard let view = self[keyword] else { return false }
        if view.bool == nil { report(keyword, "\(keyword) must be true or false") }
        return view.bool ?? false
    }

    func string(_ keyword: String) -> String? {
        guard let view = self[keyword] else { return nil }
        guard let text = view.string else {
            report(keyword, "\(keyword) must be a string")
            return nil
        }
        return text
    }

    func names(_ view: View, _ keyword: String) -> [String] {
        var names: [String] = []
        for item in view.elements {
            guard let name = item.string else {
                report(keyword, "\(keyword) must be a list of strings")
                return names
            }
            names.append(name)
        }
        return names
    }

    func names(_ keyword: String) -> [String] {
        guard let view = self[keyword] else { return [] }
        guard view.kind == .array else {
            report(keyword, "\(keyword) must be a list of strings")
            return []
        }
        return names(view, keyword)
    }

    func object(_ keyword: String) -> View? {
        guard let view = self[keyword] else { return nil }
        guard view.kind == .object else {
            report(keyword, "\(keyword) must be an object")
            return nil
        }
        return view
    }
}

extension SchemaCompiler {
    /// Reads the keywords of a node.
    func fill(_ number: Int, _ bindings: Int) throws(SchemaError) {
        var draft = drafts[number]
        let view = store.view(draft.schema)
        switch view.kind {
        case .true: return
        case .false:
            drafts[number].kinds = []
            return
        case .object: break
        default:
            store.report(.schemaKeyword, draft.place, "a schema must be an object, true or false")
            return
        }
        var members: [String: View] = [:]
        for member in view.members { members[member.name] = member.value }
        let reader = KeywordReader(
            compiler: self, members: members, place: draft.place, dialect: draft.dialect, bindings: bindings)
        try readReferences(reader, &draft)
        if !(draft.dialect.referenceStandsAlone && members["$ref"] != nil) {
            let vocabularies = draft.dialect.vocabularies
            if vocabularies.contains(.validation) { readValidation(reader, &draft) }
            if vocabularies.contains(.applicator) { try readApplicators(reader, &draft) }
            if vocabularies.contains(.unevaluated), draft.dialect.draft >= .draft2019 {
                draft.unevaluatedMembers = try reader.node("unevaluatedProperties")
                draft.unevaluatedItems = try reader.node("unevaluatedItems")
            }
            let asserts = options.formats == .assert || vocabularies.contains(.formatAssertion)
            if let name = reader.string("format"), asserts { draft.format = StringFormat(rawValue: name) }
            if options.contents.asserts(draft.dialect.draft) {
                draft.content = StringContent(
                    encoding: reader.string("contentEncoding"), mediaType: reader.string("contentMediaType"))
            }
        }
        drafts[number] = draft
    }

    private func readReferences(_ reader: KeywordReader, _ draft: inout NodeDraft) throws(SchemaError) {
        let bindings = reader.bindings
        if let reference = reader.string("$ref"), let target = try resolve(reference, reader, "$ref") {
            draft.all.append(try node(target.schema, bindings: bindings))
        }
        if draft.dialect.draft == .draft2020, let reference = reader.string("$dynamicRef"),
            let target = try resolve(reference, reader, "$dynamicRef")
        {
            let schema = target.dynamicAnchor.map { dynamicTarget($0, target.schema, bindings) } ?? target.schema
            draft.all.append(try node(schema, bindings: bindings))
        }
        if draft.dialect.draft == .draft2019, let reference = reader.string("$recursiveRef"),
            let target = try resolve(reference, reader, "$recursiveRef")
        {
            let resource = store.places[target.schema]?.resource ?? 0
            let isDynamic = store.resources[resource].dynamicAnchors[""] == target.schema
            let schema = isDynamic ? dynamicTarget("", target.schema, bindings) : target.schema
            draft.all.append(try node(schema, bindings: bindings))
        }
    }

    private func resolve(
        _ reference: String, _ reader: KeywordReader, _ keyword: String
    ) throws(SchemaError) -> SchemaStore.Target? {
        guard let target = try store.resolve(reference, from: reader.place.appending(keyword)) else { return nil }
        let kind = store.view(target.schema).kind
        guard kind == .object || kind == .true || kind == .false else {
            reader.report(keyword, "\(reference) leads to something that is no schema", .schemaReference)
            return nil
        }
        return target
    }

    // MARK: Validation

    private func readValidation(_ reader: KeywordReader, _ draft: inout NodeDraft) {
        readType(reader, &draft)
        if draft.dialect.hasConstants, let constant = reader["const"] { draft.values = [constant.pointer] }
        if let list = reader["enum"] {
            if list.kind == .array {
                let values = list.elements.map(\.pointer)
                // Both a constant and a list: what is in both.
                draft.values =
                    draft.values.map { constants in
                        constants.filter { one in values.contains { Validator.isEqual(store.view(one), store.view($0)) }
                        }
                    } ?? values
            } else {
                reader.report("enum", "enum must be a list of values")
            }
        }
        draft.minLength = reader.count("minLength") ?? 0
        draft.maxLength = reader.count("maxLength") ?? .max
        if let text = reader.string("pattern") { draft.pattern = pattern(text, reader.place.appending("pattern")) }
        draft.minItems = reader.count("minItems") ?? 0
        draft.maxItems = reader.count("maxItems") ?? .max
        draft.isUnique = reader.flag("uniqueItems")
        draft.minProperties = reader.count("minProperties") ?? 0
        draft.maxProperties = reader.count("maxProperties") ?? .max
        draft.required = reader.names("required")
        readBounds(reader, &draft)
        if draft.dialect.hasDependents, let dependents = reader.object("dependentRequired") {
            for member in dependents.members {
                draft.dependents.append((member.name, reader.names(member.value, "dependentRequired"), nil))
            }
        }
    }

    private func readBounds(_ reader: KeywordReader, _ draft: inout NodeDraft) {
        draft.minimum = reader.number("minimum")
        draft.maximum = reader.number("maximum")
        if draft.dialect.hasBooleanBounds {
            if reader.flag("exclusiveMinimum") { swap(&draft.minimum, &draft.exclusiveMinimum) }
            if reader.flag("exclusiveMaximum") { swap(&draft.maximum, &draft.exclusiveMaximum) }
        } else {
            draft.exclusiveMinimum = reader.number("exclusiveMinimum")
            draft.exclusiveMaximum = reader.number("exclusiveMaximum")
        }
        draft.multipleOf = reader.number("multipleOf")
        if let divisor = draft.multipleOf {
            let value = ExactDecimal(store.view(divisor))
            if value.isNegative || value.isZero {
                reader.report("multipleOf", "multipleOf must be greater than 0")
                draft.multipleOf = nil
            }
        }
    }

    private func readType(_ reader: KeywordReader, _ draft: inout NodeDraft) {
        guard let type = reader["type"] else { return }
        let isList = type.kind == .array
        guard isList || type.word.isString else {
            reader.report("type", "type must be the name of a type or a list of names")
            return
        }
        draft.kinds = []
        for item in isList ? Array(type.elements) : [type] {
            switch item.string {
            case "null": draft.kinds.formUnion(.null)
            case "boolean": draft.kinds.formUnion(.boolean)
            case "object": draft.kinds.formUnion(.object)
            case "array": draft.kinds.formUnion(.array)
            case "number": draft.kinds.formUnion(.number)
            case "string": draft.kinds.formUnion(.string)
            case "integer":
                draft.kinds.formUnion(.integer)
                draft.takesIntegralDecimals = draft.dialect.integersByValue
            case let name:
                let shown = name.map { "\"\($0)\"" } ?? "a value that is no string"
                reader.report(
                    "type",
                    "\(shown) is no type: it must be null, boolean, object, array, number, integer or string")
            }
        }
    }
}
