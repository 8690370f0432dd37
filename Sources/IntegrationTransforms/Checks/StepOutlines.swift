internal import IntegrationCore

extension TransformConfiguration {
    /// What is known of the documents that the step makes.
    @Sendable
    static func outline(_ input: StepOutlineInput) -> BodyOutline? {
        let mapping = input.fields[Self.template].flatMap { input.template($0.name) } ?? input.fields[Self.mapping]
        if let mapping { return BodyOutline(step: input.name, BodyShape(TemplateNode(mapping))) }
        guard let text = input.fields[Self.expression]?.text else { return nil }
        do {
            return BodyOutline(step: input.name, BodyShape(try Expression.compile(text)))
        } catch {
            return nil  // which is said where the expression is checked
        }
    }
}

extension EnrichConfiguration {
    /// Nothing is known of the object that gets the answer's members; the rest stays as it was.
    @Sendable
    static func outline(_ input: StepOutlineInput) -> BodyOutline? {
        let target: [String]? =
            if let into = input.fields[Self.into] { PatchPlaces.names(of: into) } else {
                PatchPlaces.names(of: input.fields[Self.lookupField])?.dropLast()
            }
        return target.flatMap { input.before?.changed(at: [$0]) }
    }
}

extension MergePatchConfiguration {
    /// Nothing is known of the members that the patch sets.
    @Sendable
    static func outline(_ input: StepOutlineInput) -> BodyOutline? {
        guard let target = PatchPlaces.names(of: input.fields[Self.target] ?? "$") else { return nil }
        guard input.fields[Self.patchFrom] == nil, let patch = input.fields[Self.patch] else {
            return input.before?.changed(at: [target])
        }
        return input.before?.changed(at: changes(of: patch, at: target))
    }

    private static func changes(of patch: ConfigurationNode, at place: [String]) -> [[String]] {
        guard let members = patch.mapping?.entries else { return [place] }
        return members.flatMap { changes(of: $0.value, at: place + [$0.key]) }
    }
}

extension JSONPatchConfiguration {
    /// Nothing is known of the places that get a value.
    @Sendable
    static func outline(_ input: StepOutlineInput) -> BodyOutline? {
        guard let target = PatchPlaces.names(of: input.fields[Self.target] ?? "$") else { return nil }
        guard input.fields[Self.patchFrom] == nil, let operations = input.fields[Self.patch] else {
            return input.before?.changed(at: [target])
        }
        let changing = operations.filter { $0.kind != .test && $0.kind != .remove }
        return input.before?.changed(at: changing.map { target + names(in: $0.path) })
    }

    /// Member names up to where an element of an array may be meant.
    private static func names(in pointer: String) -> [String] {
        (JSONPointer(pointer)?.tokens ?? []).prefix { $0.index == nil && !$0.isEnd }.map(\.text)
    }
}
