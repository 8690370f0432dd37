internal import IntegrationCore
internal import IntegrationDocument

/// Every route of the admin API.
public struct RouteTable: Sendable {
    let routes: [Route]

    /// The one table: what is not in it does not exist.
    public static let standard: RouteTable = RouteTable(
        routes: EngineRoutes.all + FlowRoutes.all + ConnectorRoutes.all + ServiceRoutes.all + QueueRoutes.all
            + DeadLetterRoutes.all + EventRoutes.all + [
                Route(.get, "/v1/openapi.json", for: .viewer, "This API as an OpenAPI 3.1 document.") {
                    openAPI
                }
            ])

    private static var openAPI: ConfigurationNode { OpenAPIDocument(standard).node }

    /// Answers a request; what goes wrong is an answer too.
    public func answer(_ request: AdminRequest, _ services: AdminServices) async -> AdminAnswer {
        do throws(IntegrationError) {
            guard let target = Target(request.target), target.segments.first != nil else {
                throw IntegrationError(.requestInvalid, "`\(request.target)` is no path of this API")
            }
            let matches = routes.compactMap { route in route.match(target.segments).map { (route, $0) } }
            guard let (route, path) = matches.first(where: { $0.0.method.rawValue == request.method }) else {
                return refusal(request, allowed: matches.map(\.0.method.rawValue))
            }
            guard request.role >= route.role else {
                throw IntegrationError(
                    .roleTooLow,
                    "\(request.method) \(route.path) is for the role `\(route.role.rawValue)`, not `\(request.role.rawValue)`"
                )
            }
            return try await route.answer(request, path: path, query: target.query, services)
        } catch {
            return AdminAnswer(error)
        }
    }

    private func refusal(_ request: AdminRequest, allowed: [String]) -> AdminAnswer {
        let path = request.target.prefix { $0 != "?" }
        guard !allowed.isEmpty else {
            return AdminAnswer(
                IntegrationError(.routeUnknown, "the admin API has nothing at \(path)"))
        }
        var answer = AdminAnswer(
            IntegrationError(
                .methodNotAllowed, "\(path) can't be asked with \(request.method)",
                remedy: "Use \(FieldShape.alternatives(allowed))."))
        answer.headers.append(("Allow", allowed.joined(separator: ", ")))
        return answer
    }
}
