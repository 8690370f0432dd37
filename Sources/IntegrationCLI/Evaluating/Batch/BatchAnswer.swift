internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

/// What one request of `eval --batch` came to.
enum BatchAnswer {
    /// A value, as JSON.
    case result(String)
    /// A node list and where each node is.
    case nodes(values: String, paths: [String])
    case undefined
    case valid
    case invalid([Violation])
    case bytes([UInt8])

    var json: String {
        switch self {
        case .result(let json): "{\"result\":\(json)}"
        case .nodes(let values, let paths):
            "{\"result\":\(values),\"paths\":\(ConfigurationNode.sequence(paths.map { .string($0) }).json)}"
        case .undefined: "{\"undefined\":true}"
        case .valid: "{\"valid\":true}"
        case .invalid(let violations):
            ConfigurationNode.mapping([
                ("valid", .plain("false")), ("errors", .sequence(violations.map(Self.node))),
            ]).json
        case .bytes(let bytes): "{\"result_base64\":\"\(Base64.encode(bytes))\"}"
        }
    }

    private static func node(_ violation: Violation) -> ConfigurationNode {
        let place = violation.schemaLocation
        return .mapping([
            ("instance", .string(violation.location.pointer)),
            ("schema", .string(place.hasPrefix("#") ? String(place.dropFirst()) : place)),
            ("message", .string(violation.message)),
        ])
    }
}

/// Why a request of `eval --batch` has no answer.
struct BatchFailure: Error {
    var code: String
    var message: String
    /// Characters from 0 in an expression, bytes in a text that is parsed; nil where there is no place.
    var position: Int?

    init(_ code: String, _ message: String, at position: Int? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    init(_ error: IntegrationError) { self.init(error.code.id, error.message) }

    init(_ error: ExpressionError) { self.init(error.code, error.message, at: error.position) }

    /// A request that is not one.
    static func request(_ message: String, at position: Int? = nil) -> BatchFailure {
        BatchFailure(ErrorCode.requestInvalid.id, message, at: position)
    }

    var json: String {
        var members: [(String, ConfigurationNode)] = [("code", .string(code)), ("message", .string(message))]
        if let position { members.append(("position", .plain(String(position)))) }
        return ConfigurationNode.mapping([("error", .mapping(members))]).json
    }
}
