internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationServer
internal import IntegrationStore

/// Where each flow's dead letters go, for people.
enum DeadLetterPlaces {
    /// The flows whose dead letters are full records in the storage folder.
    static func stored(of plan: EnginePlan, in root: ConfigurationNode?) -> Set<String> {
        guard SocketPlace.storage(root) != nil else { return [] }
        let names = Set(plan.queues.keys.map(\.text))
        return Set(
            plan.flows.filter { flow in
                flow.errorHandling.deadLetters.map { names.contains($0) && root?["destinations"]?[$0] == nil } ?? true
            }.map(\.name))
    }

    /// A file's path, or the destination's name; nothing for flows that keep them in memory.
    static func places(of plan: EnginePlan, in root: ConfigurationNode?) -> [String: String] {
        var places: [String: String] = [:]
        for flow in plan.flows {
            guard let name = flow.errorHandling.deadLetters else {
                if SocketPlace.storage(root) != nil { places[flow.name] = "dead-letters" }
                continue
            }
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
