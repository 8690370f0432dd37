internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine

/// Where each flow's dead letters go, for people.
enum DeadLetterPlaces {
    /// A file's path, or the destination's name; nothing for flows that keep them in memory.
    static func places(of plan: EnginePlan, in root: ConfigurationNode?) -> [String: String] {
        var places: [String: String] = [:]
        for flow in plan.flows {
            guard let name = flow.errorHandling.deadLetters else { continue }
            let declared = root?["flows"]?[flow.name]?["error_handling"]?["dlq"]
            let endpoint = declared?.mapping == nil ? root?["destinations"]?[name] : declared
            if let path = endpoint?["path"], let text = path.scalar?.shown {
                places[flow.name] = PathValue(text, relativeTo: path.location.folder).resolved
            } else {
                places[flow.name] = name
            }
        }
        return places
    }
}
