internal import IntegrationDocument

extension BodyShape {
    /// What a template's mapping makes. Of what is wrong with it nothing is said here.
    init(_ mapping: TemplateNode) {
        switch mapping {
        case .object(let members):
            if members.contains(where: { $0.key.hasPrefix("$") && !$0.key.hasPrefix("$$") }) {
                self = Self.options(members)
            } else {
                self = .object(
                    members.map {
                        (String($0.key.hasPrefix("$$") ? $0.key.dropFirst() : $0.key[...]), BodyShape($0.node))
                    })
            }
        case .array(let elements): self = elements.count == 1 ? .array(of: BodyShape(elements[0])) : .unknown
        case .text(let text): self = Self.text(text)
        case .literal(let document): self = document.withRoot { BodyShape($0) }
        }
    }

    /// A value that stands there as it is.
    private init(_ view: View) {
        switch view.kind {
        case .object: self = .object(view.members.map { ($0.name, BodyShape($0.value)) })
        case .array: self = .unknown
        default: self = .scalar
        }
    }

    /// An object such as `{$path: $.a, $default: 0}` or `{$literal: …}`.
    private static func options(_ members: [(key: String, node: TemplateNode)]) -> BodyShape {
        func option(_ name: String) -> TemplateNode? { members.first { $0.key == name }?.node }
        if let literal = option("$literal") { return taken(literal) }
        guard case .text(let path) = option("$path") else { return .unknown }
        var shape = text(path)
        switch option("$as") {
        case nil: break
        case .text("array"): shape = .unknown
        default: shape = .scalar
        }
        return option("$default").map { shape.union(BodyShape($0)) } ?? shape
    }

    /// A node that is taken as it stands.
    private static func taken(_ node: TemplateNode) -> BodyShape {
        switch node {
        case .object(let members): .object(members.map { ($0.key, taken($0.node)) })
        case .array: .unknown
        case .text: .scalar
        case .literal(let document): document.withRoot { BodyShape($0) }
        }
    }

    private static func text(_ text: String) -> BodyShape {
        if text.hasPrefix("$"), !text.hasPrefix("$$") {
            do throws(JSONPathError) {
                let path = try PathExpression(text)
                return path.projection.map { projection($0, of: path, query: 0) } ?? .unknown
            } catch {
                return .unknown
            }
        }
        do {
            let pieces = try TemplateText.split(text)
            guard pieces.count == 1, case .expression(let expression) = pieces[0] else { return .scalar }
            return BodyShape(try Expression.compile(expression))
        } catch {
            return .unknown
        }
    }

    /// - Parameter query: what the projection is made of.
    private static func projection(_ projection: Projection, of path: PathExpression, query: Int) -> BodyShape {
        let made = value(projection, of: path)
        return path.queries[query].isSingular ? made : .array(of: made)
    }

    private static func value(_ projection: Projection, of path: PathExpression) -> BodyShape {
        switch projection {
        case .literal: .scalar
        case .object(let members): .object(members.map { ($0.key, value($0.value, of: path)) })
        case .path(let query, _, let inner): inner.map { Self.projection($0, of: path, query: query) } ?? .unknown
        }
    }
}
