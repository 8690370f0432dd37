internal import IntegrationDocument

/// Follows the paths of a template's text through the schema of its input.
struct MappingInference {
    private let outline: SchemaOutline
    private let root: View
    private let path: PathExpression
    /// What is wrong, in words.
    private(set) var mistakes: [String] = []

    init(_ path: PathExpression, _ schema: View) {
        self.path = path
        outline = SchemaOutline(schema)
        root = schema
    }

    /// Looks at the path and the projection behind it.
    mutating func check() {
        let selected = follow(0, from: [root])
        if let projection = path.projection { check(projection, selected) }
    }

    private mutating func check(_ projection: Projection, _ context: [View]?) {
        switch projection {
        case .literal: return
        case .object(let members): for member in members { check(member.value, context) }
        case .path(let query, _, let inner):
            let selected = follow(query, from: path.queries[query].isAbsolute ? [root] : context)
            if let inner { check(inner, selected) }
        }
    }

    /// The schemas that hold for what a query selects; nil where that is not known.
    private mutating func follow(_ query: Int, from start: [View]?) -> [View]? {
        guard var schemas = start else { return nil }
        let query = path.queries[query]
        for segment in path.segments[Int(query.first)..<Int(query.end)] {
            guard !segment.isDescendant, segment.end == segment.first + 1 else { return nil }
            let answer: SchemaOutline.Answer
            switch path.selectors[Int(segment.first)] {
            case .name(let name):
                let text = path.text(of: name)
                answer = outline.member(text, of: schemas, mapsArrays: false)
                if case .absent = answer {
                    mistakes.append(outline.absence(of: text, in: schemas))
                    return nil
                }
            case .wildcard, .index, .slice, .filter:
                guard outline.isArray(schemas) else { return nil }
                answer = outline.element(of: schemas)
            }
            guard case .possible(let found) = answer else { return nil }
            schemas = found
        }
        return schemas
    }
}
