internal import IntegrationCore
internal import IntegrationDocument

/// A schema with an identity of its own: a document's root, or a subschema with `$id`.
struct SchemaResource {
    /// Absolute where it could be made so; without fragment.
    let base: URIReference
    let root: WordPointer
    let dialect: SchemaDialect
    /// Whether it stands in a schema of another draft, whose metaschema knows nothing of it (2020-12 core, 8.1.1).
    var isForeign = false
    /// `$anchor`, `$dynamicAnchor`, and fragments of `$id` in older drafts.
    var anchors: [String: WordPointer] = [:]
    var dynamicAnchors: [String: WordPointer] = [:]
}

/// A place in a resource.
struct SchemaPlace {
    let resource: Int
    /// JSON Pointer from the resource's root.
    let pointer: String

    func appending(_ token: String) -> SchemaPlace {
        SchemaPlace(resource: resource, pointer: pointer + "/" + JSONPointerText.escaped(token))
    }
}

/// All schemas that a compilation has seen, in one arena, with their identities.
final class SchemaStore {
    let arena = Arena()
    private(set) var resources: [SchemaResource] = []
    /// Every subschema at a place where the draft has schemas.
    private(set) var places: [WordPointer: SchemaPlace] = [:]
    /// Documents that were loaded, in order: the place of each root.
    private(set) var documents: [Int] = []
    private var byURI: [String: Int] = [:]
    let registry: SchemaRegistry
    private let defaultDialect: SchemaDialect
    private(set) var problems: [SchemaError.Problem] = []

    init(registry: SchemaRegistry, defaultDialect: SchemaDialect) {
        self.registry = registry
        self.defaultDialect = defaultDialect
    }

    func view(_ word: WordPointer) -> View { arena.view(word) }

    func report(_ code: ErrorCode, _ place: SchemaPlace, _ message: String) {
        problems.append(SchemaError.Problem(code: code, location: location(place), message: message))
    }

    /// How people see a place: without the URI where it is the schema itself.
    func location(_ place: SchemaPlace) -> String {
        let uri = resources[place.resource].base.description
        let isOwn = place.resource == 0 || uri == resources[0].base.description
        return (isOwn ? "" : uri) + "#" + place.pointer
    }

    // MARK: Documents

    /// Takes in a document that came from `uri` and returns its root resource.
    func load(_ document: Document, uri: URIReference) throws(SchemaError) -> Int {
        var builder = Builder(arena)
        document.withRoot { builder.copy(foreign: $0) }
        let root = builder.finish()
        let dialect = try dialect(of: root, parent: nil, uri: uri)
        let base = identity(of: root, dialect).map { uri.resolving($0.withoutFragment) } ?? uri
        let resource = add(root, base: base, dialect: dialect)
        if byURI[uri.description] == nil { byURI[uri.description] = resource }
        documents.append(resource)
        try scan(root, SchemaPlace(resource: resource, pointer: ""), dialect, isRoot: true)
        return resource
    }

    private func add(_ root: WordPointer, base: URIReference, dialect: SchemaDialect) -> Int {
        resources.append(SchemaResource(base: base, root: root, dialect: dialect))
        let index = resources.count - 1
        if byURI[base.description] == nil { byURI[base.description] = index }
        return index
    }

    /// The resource of an absolute URI without fragment, loaded from the registry where need be.
    func resource(_ uri: URIReference) throws(SchemaError) -> Int? {
        let uri = registry.canonical(uri)
        if let known = byURI[uri.description] { return known }
        if let document = registry.document(uri.description) { return try load(document, uri: uri) }
        guard let document = try Metaschemas.document(uri.description) else { return nil }
        return try load(document, uri: uri)
    }

    func registered(_ uri: String) -> Document? { registry.document(uri) }

    // MARK: Identities

    private func identity(of schema: WordPointer, _ dialect: SchemaDialect) -> URIReference? {
        let view = view(schema)
        guard view.kind == .object else { return nil }
        if dialect.referenceStandsAlone, view["$ref"] != nil { return nil }
        guard let text = view[dialect.identifier]?.string else { return nil }
        return URIReference(text)
    }

    private func dialect(
        of schema: WordPointer, parent: SchemaDialect?, uri: URIReference
    ) throws(SchemaError) -> SchemaDialect {
        let view = view(schema)
        guard view.kind == .object, let name = view["$schema"] else { return parent ?? defaultDialect }
        guard let text = name.string else {
            throw SchemaError(.schemaKeyword, "\(uri)#/$schema", "$schema must be a string")
        }
        if let known = SchemaDialect.named(text) { return known }
        let metaschema = URIReference(text).withoutFragment
        guard let document = registry.document(metaschema.description) else {
            throw SchemaError(
                .schemaDialect, "\(uri)#/$schema", "$schema names \(text), which is neither a known draft nor declared")
        }
        return try customDialect(document, metaschema)
    }

    private func customDialect(_ document: Document, _ uri: URIReference) throws(SchemaError) -> SchemaDialect {
        let parent = document.withRoot { $0["$schema"]?.string }.flatMap { SchemaDialect.named($0) } ?? defaultDialect
        let declared: [(name: String, isRequired: Bool)]? = document.withRoot { root in
            root["$vocabulary"]?.members.map { ($0.name, $0.value.kind == .true) }
        }
        guard let declared else { return SchemaDialect(parent.draft, uri.description) }
        var vocabularies: SchemaDialect.Vocabularies = .annotations
        for entry in declared {
            if let known = SchemaDialect.Vocabularies(uri: entry.name) {
                vocabularies.formUnion(known)
            } else if entry.isRequired {
                throw SchemaError(
                    .schemaDialect, "\(uri)#/$vocabulary",
                    "the metaschema requires the unknown vocabulary \(entry.name)")
            }
        }
        return SchemaDialect(parent.draft, uri.description, vocabularies: vocabularies)
    }

    // MARK: Scanning

    /// Notes the identities in a schema and in all its subschemas.
    func scan(
        _ schema: WordPointer, _ place: SchemaPlace, _ dialect: SchemaDialect, isRoot: Bool = false
    ) throws(SchemaError) {
        let view = view(schema)
        guard places[schema] == nil else { return }
        var place = place
        var dialect = dialect
        if view.kind == .object {
            if !isRoot, let identity = identity(of: schema, dialect) {
                let isAnchor = dialect.anchorsByIdentifier && identity.withoutFragment.isEmpty
                if !isAnchor {
                    let base = resources[place.resource].base.resolving(identity.withoutFragment)
                    let outer = dialect
                    dialect = try self.dialect(of: schema, parent: outer, uri: base)
                    place = SchemaPlace(resource: add(schema, base: base, dialect: dialect), pointer: "")
                    resources[place.resource].isForeign = dialect != outer
                }
            }
            noteAnchors(view, place.resource, dialect)
        }
        places[schema] = place
        guard view.kind == .object else { return }
        for member in view.members {
            try scanMember(member.name, member.value, place, dialect)
        }
    }

    private func noteAnchors(_ view: View, _ resource: Int, _ dialect: SchemaDialect) {
        let schema = view.pointer
        if dialect.anchorsByIdentifier, let name = identity(of: schema, dialect)?.fragment, !name.isEmpty {
            resources[resource].anchors[name] = schema
        }
        guard dialect.hasAnchors else { return }
        if let name = view["$anchor"]?.string { resources[resource].anchors[name] = schema }
        if dialect.draft == .draft2020, let name = view["$dynamicAnchor"]?.string {
            resources[resource].anchors[name] = schema
            resources[resource].dynamicAnchors[name] = schema
        }
        if dialect.draft == .draft2019, view["$recursiveAnchor"]?.kind == .true, schema == resources[resource].root {
            resources[resource].dynamicAnchors[""] = schema
        }
    }

    private func scanMember(
        _ name: String, _ value: View, _ place: SchemaPlace, _ dialect: SchemaDialect
    ) throws(SchemaError) {
        switch SchemaKeywords.content(of: name, dialect) {
        case .nothing: return
        case .schema:
            if value.kind == .array, name == "items" {
                try scanItems(value, place.appending(name), dialect)
            } else {
                try scan(value.pointer, place.appending(name), dialect)
            }
        case .list: try scanItems(value, place.appending(name), dialect)
        case .map:
            let place = place.appending(name)
            for member in value.members where member.value.kind != .array {
                try scan(member.value.pointer, place.appending(member.name), dialect)
            }
        }
    }

    private func scanItems(_ list: View, _ place: SchemaPlace, _ dialect: SchemaDialect) throws(SchemaError) {
        for (index, item) in list.elements.enumerated() {
            try scan(item.pointer, place.appending(String(index)), dialect)
        }
    }
}

/// Where schemas stand in schemas.
enum SchemaKeywords {
    enum Content {
        case nothing
        case schema
        case list
        case map
    }

    static func content(of keyword: String, _ dialect: SchemaDialect) -> Content {
        switch keyword {
        case "additionalProperties", "items", "contains", "not", "if", "then", "else", "propertyNames",
            "additionalItems", "unevaluatedItems", "unevaluatedProperties", "contentSchema":
            .schema
        case "allOf", "anyOf", "oneOf", "prefixItems": .list
        case "properties", "patternProperties", "dependentSchemas", "dependencies": .map
        case "$defs", "definitions": dialect.definitions.contains(keyword) ? .map : .nothing
        default: .nothing
        }
    }
}
