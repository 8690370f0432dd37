internal import IntegrationCore
internal import IntegrationDocument

extension SchemaStore {
    /// What a reference leads to.
    struct Target {
        let schema: WordPointer
        /// The name under which it is a dynamic anchor, where that is how it was found.
        let dynamicAnchor: String?
    }

    /// Resolves `reference`, which stands at `place`.
    ///
    /// - Returns: nil where it leads nowhere, which has then been reported.
    func resolve(_ reference: String, from place: SchemaPlace) throws(SchemaError) -> Target? {
        let uri = resources[place.resource].base.resolving(URIReference(reference))
        guard let resource = try resource(uri.withoutFragment) else {
            let failure = registry.failure(registry.canonical(uri.withoutFragment).description)
            report(
                .schemaReference, place,
                "\(reference) leads to the schema \(uri.withoutFragment), which "
                    + (failure.map { "can't be used: \($0)" } ?? "is not declared"))
            return nil
        }
        guard let fragment = URIReference.percentDecoded(uri.fragment ?? "") else {
            report(.schemaReference, place, "\(reference) has a broken percent-encoding")
            return nil
        }
        if fragment.isEmpty { return Target(schema: resources[resource].root, dynamicAnchor: nil) }
        if JSONPointerText.isPointer(fragment) {
            if let schema = try walk(resource, fragment) { return Target(schema: schema, dynamicAnchor: nil) }
            report(.schemaReference, place, "\(reference) leads to a place that does not exist")
            return nil
        }
        guard let schema = resources[resource].anchors[fragment] else {
            report(.schemaReference, place, "\(reference) leads to the anchor \(fragment), which does not exist")
            return nil
        }
        let isDynamic = resources[resource].dynamicAnchors[fragment] == schema
        return Target(schema: schema, dynamicAnchor: isDynamic ? fragment : nil)
    }

    /// Follows a JSON Pointer from a resource's root. A place where the draft has no schemas is scanned as one.
    private func walk(_ resource: Int, _ pointer: String) throws(SchemaError) -> WordPointer? {
        var at = view(resources[resource].root)
        var place = SchemaPlace(resource: resource, pointer: "")
        for name in JSONPointerText.tokens(of: pointer) {
            let next: View?
            switch at.kind {
            case .object: next = at[name]
            case .array: next = Int(name).flatMap { String($0) == name ? at[$0] : nil }
            default: next = nil
            }
            guard let next else { return nil }
            at = next
            place = places[at.pointer] ?? place.appending(name)
        }
        if places[at.pointer] == nil { try scan(at.pointer, place, resources[place.resource].dialect) }
        return at.pointer
    }
}
