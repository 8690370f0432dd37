internal import IntegrationCore
internal import IntegrationDocument

/// What a JSON Schema says for certain about which members a value can have.
///
/// Everything that it does not know for certain is unknown: references to elsewhere, conditions, alternatives.
struct SchemaOutline {
    /// Whether a value is there.
    enum Answer<Known> {
        /// No valid value has it.
        case absent
        case unknown
        /// It may be there, and this is known of it.
        case possible(Known)
    }

    /// What is known of a value.
    struct Place {
        /// All of these hold for it.
        let schemas: [View]
        /// The member names on the way to it; elements of arrays are where their array is.
        let names: [String]
    }

    private let root: View
    private let outline: BodyOutline
    /// Whether `$ref` hides what stands beside it, as up to draft 7.
    private let refsStandAlone: Bool
    /// Whether fragments are places in this document.
    private let followsReferences: Bool

    /// Deepest chain of references and `allOf`.
    private static let deepest = 32

    /// - Parameter root: the schema of `outline`.
    init(_ outline: BodyOutline, _ root: View) {
        self.outline = outline
        self.root = root
        refsStandAlone = root["$schema"]?.string?.contains("draft-0") ?? false
        // A second identifier means that fragments may count from there.
        followsReferences = Self.identifiers(root, 0) <= (root["$id"] == nil && root["id"] == nil ? 0 : 1)
    }

    private static func identifiers(_ view: View, _ depth: Int) -> Int {
        guard depth < 64 else { return 2 }
        var count = 0
        if view.kind == .object {
            for member in view.members {
                if let name = member.key.string, name == "$id" || name == "id", member.value.word.isString {
                    count += 1
                }
                count += identifiers(member.value, depth + 1)
            }
        } else if view.kind == .array {
            for element in view.elements { count += identifiers(element, depth + 1) }
        }
        return count
    }

    // MARK: Schemas that hold together

    /// The schema and those that hold wherever it does (`$ref`, `allOf`); nil where some can't be followed.
    private func together(_ schema: View, _ depth: Int = 0) -> [View]? {
        guard schema.kind == .object, depth < Self.deepest else { return schema.kind == .true ? [] : nil }
        guard schema["$dynamicRef"] == nil, schema["$recursiveRef"] == nil else { return nil }
        var all: [View] = [schema]
        if let reference = schema["$ref"] {
            guard let target = resolve(reference.string ?? ""), let more = together(target, depth + 1) else {
                return nil
            }
            if refsStandAlone { return more }
            all += more
        }
        if let parts = schema["allOf"] {
            for part in parts.elements {
                guard let more = together(part, depth + 1) else { return nil }
                all += more
            }
        }
        return all
    }

    private func resolve(_ reference: String) -> View? {
        guard followsReferences, reference.utf8.first == UInt8(ascii: "#"), !reference.utf8.contains(UInt8(ascii: "%"))
        else { return nil }
        let pointer = String(reference.unicodeScalars.dropFirst())
        guard JSONPointerText.isPointer(pointer) else { return nil }
        var at = root
        for name in JSONPointerText.tokens(of: pointer) {
            guard at.kind == .object, let next = at[name] else { return nil }
            at = next
        }
        return at
    }

    // MARK: Types

    /// The types that a value can have under all of these schemas; nil where nothing restricts them.
    private func types(_ schemas: [View]) -> Set<String>? {
        var types: Set<String>?
        for schema in schemas {
            let named: Set<String>
            if let type = schema["type"] {
                named = Set(type.kind == .array ? type.elements.compactMap(\.string) : [type.string ?? ""])
            } else if let constant = schema["const"] {
                named = [Self.type(of: constant)]
            } else if let values = schema["enum"] {
                named = Set(values.elements.map { Self.type(of: $0) })
            } else {
                continue
            }
            types = types.map { $0.intersection(named) } ?? named
        }
        return types
    }

    private static func type(of view: View) -> String {
        switch view.kind {
        case .object: "object"
        case .array: "array"
        default: "scalar"
        }
    }

    private func isAlways(_ type: String, _ schemas: [View]) -> Bool {
        schemas.contains { schema in together(schema).flatMap { types($0) } == [type] }
    }

    /// Whether the value is an array whatever else it is.
    func isArray(_ place: Place) -> Bool { isAlways("array", place.schemas) }

    /// Whether such an array can have one element.
    func canBeSingle(_ place: Place) -> Bool {
        place.schemas.allSatisfy { schema in
            (together(schema) ?? []).allSatisfy { ($0["minItems"]?.double ?? 0) < 2 && $0["maxItems"]?.double != 0 }
        }
    }

    // MARK: Members and elements

    /// The whole body.
    var body: Place { Place(schemas: [root], names: []) }

    /// What is known of a member.
    ///
    /// - Parameter mapsArrays: whether the name is looked up in the elements of arrays, as JSONata does.
    func member(_ name: String, of place: Place, mapsArrays: Bool) -> Answer<Place> {
        let names = place.names + [name]
        guard !outline.unknown.contains(names) else { return .unknown }
        // What is changed further down may have come into being for that.
        let isOnTheWay = outline.unknown.contains { $0.starts(with: names) }
        switch member(name, of: place.schemas, mapsArrays: mapsArrays, depth: 0) {
        case .unknown: return .unknown
        case .absent: return isOnTheWay ? .unknown : .absent
        case .possible(let found):
            if isOnTheWay, !isAlways("object", found) { return .unknown }
            return .possible(Place(schemas: found, names: names))
        }
    }

    private func member(_ name: String, of schemas: [View], mapsArrays: Bool, depth: Int) -> Answer<[View]> {
        guard depth < Self.deepest else { return .unknown }
        var all: [View] = []
        for schema in schemas {
            guard let more = together(schema) else { continue }
            all += more
        }
        guard let types = types(all) else { return .unknown }
        var found: [View] = []
        for type in types.sorted() {
            switch type {
            case "object":
                switch own(name, all) {
                case .absent: continue
                case .unknown: return .unknown
                case .possible(let schemas): found += schemas
                }
            case "array" where mapsArrays:
                guard case .possible(let elements) = element(of: all) else { return .unknown }
                switch member(name, of: elements, mapsArrays: true, depth: depth + 1) {
                case .absent: continue
                case .unknown: return .unknown
                case .possible(let schemas): found += schemas
                }
            default: continue
            }
        }
        if found.isEmpty { return .absent }
        // Of an object or an array: which of the schemas holds is not known.
        return types.intersection(["object", "array"]).count > 1 ? .unknown : .possible(found)
    }

    /// What is known of the elements of an array.
    func element(of place: Place) -> Answer<Place> {
        switch element(of: place.schemas) {
        case .unknown: .unknown
        case .absent: .absent
        case .possible(let found): .possible(Place(schemas: found, names: place.names))
        }
    }

    private func element(of schemas: [View]) -> Answer<[View]> {
        var found: [View] = []
        for schema in schemas {
            for part in together(schema) ?? [] {
                guard part["prefixItems"] == nil, let items = part["items"], items.kind == .object else { continue }
                found.append(items)
            }
        }
        return found.isEmpty ? .unknown : .possible(found)
    }

    private func own(_ name: String, _ schemas: [View]) -> Answer<[View]> {
        var found: [View] = []
        for schema in schemas {
            if let property = schema["properties"]?[name] { found.append(property) }
        }
        if !found.isEmpty {
            return found.contains { $0.kind == .false } ? .absent : .possible(found)
        }
        for schema in schemas where isClosed(schema, to: name, among: schemas) { return .absent }
        return .unknown
    }

    /// Whether the schema refuses a member that it does not name itself.
    private func isClosed(_ schema: View, to name: String, among schemas: [View]) -> Bool {
        func hasPatterns(_ schema: View) -> Bool { (schema["patternProperties"]?.count ?? 0) > 0 }
        if schema["additionalProperties"]?.kind == .false, !hasPatterns(schema) { return true }
        guard schema["unevaluatedProperties"]?.kind == .false else { return false }
        let others = ["anyOf", "oneOf", "if", "dependentSchemas"]
        return schemas.allSatisfy { part in
            !hasPatterns(part) && others.allSatisfy { part[$0] == nil }
                && (part["additionalProperties"].map { $0.kind == .false } ?? true)
                && (part["unevaluatedProperties"].map { $0.kind == .false } ?? true)
        }
    }

    /// That a member can't be there, in words.
    func absence(of name: String, in place: Place) -> String {
        let below = outline.unknown.filter { $0.count > place.names.count && $0.starts(with: place.names) }
        let near = Suggestion.nearest(
            to: name, among: names(of: place.schemas) + below.map { $0[place.names.count] })
        let messages =
            switch outline.origin {
            case .schema: "no message that the schema accepts"
            case .step: "no message that the step makes"
            }
        return "\(messages) has `\(name)` here" + (near.map { "; did you mean `\($0)`?" } ?? "")
    }

    private func names(of schemas: [View]) -> [String] {
        var names: [String] = []
        for schema in schemas {
            for part in together(schema) ?? [] {
                for member in part["properties"].map({ Array($0.members) }) ?? [] {
                    names.append(member.key.string ?? "")
                }
                if case .possible(let elements) = element(of: [part]) { names += self.names(of: elements) }
            }
        }
        return names
    }
}
