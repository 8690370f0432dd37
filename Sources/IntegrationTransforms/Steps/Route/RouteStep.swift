public import IntegrationCore
internal import IntegrationDocument

/// Sends each message to the destination of the first condition that it fulfils.
public struct RouteStep: StepDefinition {
    public struct Route: Sendable, Hashable {
        /// A JSONata expression.
        public var condition: String
        /// Name of a destination.
        public var destination: String

        public init(_ condition: String, to destination: String) {
            self.condition = condition
            self.destination = destination
        }
    }

    /// What happens to a message that fulfils no condition.
    public enum Otherwise: Sendable, Hashable {
        /// It fails with `IE2401`: errors are strict.
        case fail
        case drop
        case send(to: String)
    }

    public var name: String
    /// A path of member names that every message must have.
    public var field: String?
    public var routes: [Route]
    public var otherwise: Otherwise

    public init(_ name: String, field: String? = nil, routes: [Route], otherwise: Otherwise = .fail) {
        self.name = name
        self.field = field
        self.routes = routes
        self.otherwise = otherwise
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        var compiled: [Routing.Route] = []
        for route in routes {
            compiled.append(
                Routing.Route(
                    condition: try MessageCondition(route.condition, build),
                    destination: Int32(build.destination(route.destination))))
        }
        var required: MemberPath?
        if let field {
            guard let path = MemberPath(field) else {
                throw IntegrationError(.cannotBuild, "`field: \(field)` is not a path such as `order.total`")
            }
            required = path
        }
        var rest = Routing.Otherwise.fail
        switch otherwise {
        case .fail: rest = .fail
        case .drop: rest = .drop
        case .send(let destination): rest = .send(Int32(build.destination(destination)))
        }
        return .immediate(Routing(name: name, field: required, routes: compiled, otherwise: rest))
    }
}

/// Routes at work.
struct Routing: Step {
    struct Route: Sendable {
        let condition: MessageCondition
        let destination: Int32
    }

    enum Otherwise: Sendable {
        case fail, drop
        case send(Int32)
    }

    let name: String
    let field: MemberPath?
    let routes: [Route]
    let otherwise: Otherwise

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let view = try message.parsed(in: arena)
            if let field, !field.exists(in: view) {
                throw IntegrationError(
                    .routeFieldMissing, "`\(field.text)` is missing", path: "$." + field.text)
            }
            for route in routes where try route.condition.holds(view, message, in: arena, context) {
                message.route = route.destination
                return .keep
            }
            switch otherwise {
            case .fail:
                throw IntegrationError(
                    .noRoute, "none of \(routes.map { "`\($0.condition.text)`" }.joined(separator: ", ")) is true")
            case .drop: return .drop
            case .send(let destination):
                message.route = destination
                return .keep
            }
        }
    }
}
