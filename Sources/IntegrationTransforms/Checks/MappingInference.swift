/// Follows the paths of a template's text through what is known of its input.
struct MappingInference {
    private let outline: SchemaOutline
    private let path: PathExpression
    /// What is wrong, in words.
    private(set) var mistakes: [String] = []

    init(_ path: PathExpression, _ outline: SchemaOutline) {
        self.path = path
        self.outline = outline
    }

    /// Looks at the path and the projection behind it.
    mutating func check() {
        let selected = follow(0, from: outline.body)
        if let projection = path.projection { check(projection, selected) }
    }

    private mutating func check(_ projection: Projection, _ context: SchemaOutline.Place?) {
        switch projection {
        case .literal: return
        case .object(let members): for member in members { check(member.value, context) }
        case .path(let query, _, let inner):
            let selected = follow(query, from: path.queries[query].isAbsolute ? outline.body : context)
            if let inner { check(inner, selected) }
        }
    }

    /// What is known of what a query selects; nil for nothing.
    private mutating func follow(_ query: Int, from start: SchemaOutline.Place?) -> SchemaOutline.Place? {
        guard var place = start else { return nil }
        let query = path.queries[query]
        for segment in path.segments[Int(query.first)..<Int(query.end)] {
            guard !segment.isDescendant, segment.end == segment.first + 1 else { return nil }
            let answer: SchemaOutline.Answer<SchemaOutline.Place>
            switch path.selectors[Int(segment.first)] {
            case .name(let name):
                let text = path.text(of: name)
                answer = outline.member(text, of: place, mapsArrays: false)
                if case .absent = answer {
                    mistakes.append(outline.absence(of: text, in: place))
                    return nil
                }
            case .wildcard, .index, .slice, .filter:
                guard outline.isArray(place) else { return nil }
                answer = outline.element(of: place)
            }
            guard case .possible(let found) = answer else { return nil }
            place = found
        }
        return place
    }
}
