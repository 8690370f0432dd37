internal import IntegrationCore

/// The route table as an OpenAPI 3.1 document.
///
/// - Source: https://spec.openapis.org/oas/v3.1.0
struct OpenAPIDocument {
    private let table: RouteTable

    init(_ table: RouteTable) { self.table = table }

    var node: ConfigurationNode {
        var paths: [(String, ConfigurationNode)] = []
        for path in uniquePaths {
            let operations = table.routes.filter { $0.path == path }
            paths.append((path, .mapping(operations.map { ($0.method.rawValue.lowercased(), operation($0)) })))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Admin API of Integration", "version": "1",
                "description": "Served as HTTP/1.1 and JSON over the engine's Unix socket.",
            ],
            "paths": .mapping(paths),
            "components": ["schemas": .mapping(schemas)],
        ]
    }

    private var uniquePaths: [String] {
        var seen: Set<String> = []
        return table.routes.map(\.path).filter { seen.insert($0).inserted }
    }

    private func operation(_ route: Route) -> ConfigurationNode {
        var entries: [(String, ConfigurationNode)] = [
            ("summary", .string(route.summary)),
            ("operationId", .string(Self.identifier(route))),
            ("x-role", .string(route.role.rawValue)),
        ]
        let inPath = Set(route.pathParameters)
        let inQuery = route.request.fields.filter { !inPath.contains($0.name) && route.content != .fields }
        let parameters =
            route.request.fields.filter { inPath.contains($0.name) }.map { parameter($0, "path") }
            + inQuery.map { parameter($0, "query") }
        if !parameters.isEmpty { entries.append(("parameters", .sequence(parameters))) }
        switch route.content {
        case .none: break
        case .bytes:
            entries.append(("requestBody", ["required": true, "content": ["application/octet-stream": [:]]]))
        case .fields:
            let fields = route.request.fields.filter { !inPath.contains($0.name) }
            let schema: ConfigurationNode = [
                "type": "object", "additionalProperties": false,
                "required": .sequence(fields.filter(\.isRequired).map { .string($0.name) }),
                "properties": .mapping(fields.map { ($0.name, property($0)) }),
            ]
            entries.append(("requestBody", ["content": ["application/json": ["schema": schema]]]))
        }
        let answer: ConfigurationNode = route.answer?.reference ?? ["type": "object"]
        entries.append(
            (
                "responses",
                [
                    "200": ["description": "Done.", "content": ["application/json": ["schema": answer]]],
                    "default": [
                        "description": "What went wrong.",
                        "content": ["application/json": ["schema": AnswerSchema(ErrorAnswer.self).reference]],
                    ],
                ]
            ))
        return .mapping(entries)
    }

    private static func identifier(_ route: Route) -> String {
        ([route.method.rawValue.lowercased()] + route.pattern.dropFirst())
            .map { $0.filter { $0.isLetter || $0 == "-" } }.joined(separator: "-")
    }

    private func parameter(_ field: FieldDescription, _ place: String) -> ConfigurationNode {
        [
            "name": .string(field.name), "in": .string(place), "required": .plain("\(field.isRequired)"),
            "description": .string(field.doc), "schema": schema(of: field.shape),
        ]
    }

    private func property(_ field: FieldDescription) -> ConfigurationNode {
        var entries = schema(of: field.shape).mapping?.entries.map { ($0.key, $0.value) } ?? []
        entries.append(("description", .string(field.doc)))
        if let value = field.defaultValue { entries.append(("default", value)) }
        return .mapping(entries)
    }

    private func schema(of shape: FieldShape) -> ConfigurationNode {
        switch shape {
        case .bool: ["type": "boolean"]
        case .int(let range):
            ["type": "integer", "minimum": .plain("\(range.lowerBound)"), "maximum": .plain("\(range.upperBound)")]
        case .enumeration(let names): ["enum": .sequence(names.map { .string($0) })]
        case .list(let element): ["type": "array", "items": schema(of: element)]
        case .duration: ["type": "string", "examples": ["5s"]]
        default: ["type": "string"]
        }
    }

    /// Every schema that answers refer to, once.
    private var schemas: [(String, ConfigurationNode)] {
        var pending = table.routes.compactMap(\.answer) + [AnswerSchema(ErrorAnswer.self)]
        var seen: Set<String> = []
        var schemas: [(String, ConfigurationNode)] = []
        while let schema = pending.popLast() {
            guard seen.insert(schema.title).inserted else { continue }
            let members = schema.members()
            pending += members.flatMap(\.uses)
            let properties = members.map { member in
                var entries = member.schema.mapping?.entries.map { ($0.key, $0.value) } ?? []
                entries.append(("description", .string(member.doc)))
                return (member.name, ConfigurationNode.mapping(entries))
            }
            schemas.append((schema.title, ["type": "object", "properties": .mapping(properties)]))
        }
        return schemas.sorted { $0.0 < $1.0 }
    }
}
