internal import IntegrationCore

/// What the writing of a mapping says of the values that it makes: the names of members, wherever they are written out.
indirect enum BodyShape {
    /// Whatever is computed.
    case unknown
    /// Neither an object nor an array.
    case scalar
    /// An object with no other members than these, each of which may be missing.
    case object([(name: String, shape: BodyShape)])
    case array(of: BodyShape)
    /// One value, or an array of such values.
    case sequence(of: BodyShape)

    /// What is known where it is either of two.
    func union(_ other: BodyShape) -> BodyShape {
        switch (self, other) {
        case (.scalar, .scalar): return .scalar
        case (.object(let members), .object(let others)):
            var result = members
            for (name, shape) in others {
                if let index = result.firstIndex(where: { $0.name == name }) {
                    result[index].shape = result[index].shape.union(shape)
                } else {
                    result.append((name, shape))
                }
            }
            return .object(result)
        case (.array(let one), .array(let two)): return .array(of: one.union(two))
        default: return .unknown
        }
    }

    /// As a JSON Schema.
    var schema: ConfigurationNode {
        switch self {
        case .unknown: [:]
        case .scalar: ["type": ["string", "number", "boolean", "null"]]
        case .object: .mapping([("type", "object")] + Self.members(of: self))
        case .array(let element): ["type": "array", "items": element.schema]
        case .sequence(let element):
            // Only of objects it is worth to be told.
            .mapping([("type", ["object", "array"]), ("items", element.schema)] + Self.members(of: element))
        }
    }

    private static func members(of shape: BodyShape) -> [(String, ConfigurationNode)] {
        guard case .object(let members) = shape else { return [] }
        return [
            ("additionalProperties", false),
            ("properties", .mapping(members.map { ($0.name, $0.shape.schema) })),
        ]
    }
}

extension BodyOutline {
    /// What a step of this name makes; nil where nothing is known of it.
    init?(step name: String, _ shape: BodyShape) {
        if case .unknown = shape { return nil }
        self.init(.step(name), schema: Array(shape.schema.json.utf8))
    }
}
