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
        input.patched(input.fields[Self.target], at: input.fields[Self.patch].map { changes(of: $0, at: []) })
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
        let changing = input.fields[Self.patch]?.filter { $0.kind != .test && $0.kind != .remove }
        return input.patched(input.fields[Self.target], at: changing.map { $0.map { names(in: $0.path) } })
    }

    /// Member names up to where an element of an array may be meant.
    private static func names(in pointer: String) -> [String] {
        (JSONPointer(pointer)?.tokens ?? []).prefix { $0.index == nil && !$0.isEnd }.map(\.text)
    }
}

extension StepOutlineInput {
    /// What is known where a patch has changed a part of the body.
    ///
    /// - Parameters:
    ///   - target: the path of the part; nil for the whole body.
    ///   - places: paths within the part; nil where the message brings the patch.
    fileprivate func patched(_ target: String?, at places: [[String]]?) -> BodyOutline? {
        guard let target = PatchPlaces.names(of: target ?? "$") else { return nil }
        return before?.changed(at: (places ?? [[]]).map { target + $0 })
    }
}
