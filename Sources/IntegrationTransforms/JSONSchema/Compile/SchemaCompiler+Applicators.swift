internal import IntegrationDocument

extension SchemaCompiler {
    func readApplicators(_ reader: KeywordReader, _ draft: inout NodeDraft) throws(SchemaError) {
        draft.all += try reader.nodes("allOf")
        draft.any = try reader.nodes("anyOf")
        draft.one = try reader.nodes("oneOf")
        draft.not = try reader.node("not")
        if draft.dialect.hasConditions, reader["if"] != nil {
            draft.condition = try reader.node("if")
            draft.then = try reader.node("then")
            draft.otherwise = try reader.node("else")
        }
        try readMembers(reader, &draft)
        try readItems(reader, &draft)
    }

    private func readMembers(_ reader: KeywordReader, _ draft: inout NodeDraft) throws(SchemaError) {
        if let properties = reader.object("properties") {
            let place = reader.place.appending("properties")
            for member in properties.members {
                let name = member.name
                if let node = try reader.node(member.value, place.appending(name)) {
                    draft.properties.append((name, node))
                }
            }
        }
        if let patterns = reader.object("patternProperties") {
            let place = reader.place.appending("patternProperties")
            for member in patterns.members {
                let place = place.appending(member.name)
                guard let node = try reader.node(member.value, place), let pattern = pattern(member.name, place) else {
                    continue
                }
                draft.patternProperties.append((pattern, node))
            }
        }
        draft.additionalProperties = try reader.node("additionalProperties")
        if draft.dialect.draft >= .draft6 { draft.propertyNames = try reader.node("propertyNames") }
        if draft.dialect.hasDependents, let dependents = reader.object("dependentSchemas") {
            let place = reader.place.appending("dependentSchemas")
            for member in dependents.members {
                let node = try reader.node(member.value, place.appending(member.name))
                draft.dependents.append((member.name, [], node))
            }
        }
        // Since 2019-09 `dependencies` is in the metaschema for old schemas' sake only, and still understood.
        guard let dependencies = reader.object("dependencies") else { return }
        let place = reader.place.appending("dependencies")
        for member in dependencies.members {
            if member.value.kind == .array {
                draft.dependents.append((member.name, reader.names(member.value, "dependencies"), nil))
            } else {
                let node = try reader.node(member.value, place.appending(member.name))
                draft.dependents.append((member.name, [], node))
            }
        }
    }

    private func readItems(_ reader: KeywordReader, _ draft: inout NodeDraft) throws(SchemaError) {
        if draft.dialect.hasPrefixItems {
            draft.prefix = try reader.nodes("prefixItems")
            draft.rest = try reader.node("items")
        } else if let items = reader["items"] {
            if draft.dialect.hasItemLists, items.kind == .array {
                draft.prefix = try reader.list(items, reader.place.appending("items"))
                draft.rest = try reader.node("additionalItems")
            } else {
                draft.rest = try reader.node("items")
            }
        }
        guard draft.dialect.draft >= .draft6, reader["contains"] != nil else { return }
        draft.contains = try reader.node("contains")
        if draft.dialect.draft >= .draft2019, draft.dialect.vocabularies.contains(.validation) {
            draft.minContains = reader.count("minContains") ?? 1
            draft.maxContains = reader.count("maxContains") ?? .max
        }
    }
}
