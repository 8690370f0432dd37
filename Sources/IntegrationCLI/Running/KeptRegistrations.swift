internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer
internal import IntegrationServices

/// Endpoints that were registered and deregistered at run time, kept in the storage folder for the next runs:
/// `services/NAME.json` is `{"registered": [{"name": …, "url": …, "weight": …}], "left": […]}`.
struct KeptRegistrations: RegistrationKeeper {
    private let folder: KeptFolder

    /// - Parameter storage: the storage folder.
    init(storage: String) { folder = KeptFolder("services", in: storage) }

    /// What is kept, by service.
    ///
    /// - Throws: `fileUnreadable`, also where a file is not of the form that was written.
    func read() throws(IntegrationError) -> [ServiceRegistry.Registrations] {
        var kept: [ServiceRegistry.Registrations] = []
        for name in try folder.list() where name.hasSuffix(".json") {
            let stem = String(name.dropLast(".json".count))
            let path = folder.path + "/" + name
            let bytes = try InputOptions.read(file: path)
            let document: Document
            do throws(ParseError) {
                document = try Document(bytes)
            } catch {
                throw IntegrationError(.fileUnreadable, "\(path):\(error.line): \(error.reason.rawValue)")
            }
            kept.append(document.withRoot { Self.registrations(PercentCoding.decode(stem) ?? stem, $0) })
        }
        return kept
    }

    private static func registrations(_ service: String, _ root: View) -> ServiceRegistry.Registrations {
        var registered: [ServiceEndpoint] = []
        for view in root["registered"]?.elements.map({ $0 }) ?? [] {
            guard let address = view["url"]?.string else { continue }
            registered.append(
                ServiceEndpoint(
                    name: view["name"]?.string, address: address, weight: view["weight"]?.integer.map(Int.init) ?? 1))
        }
        return ServiceRegistry.Registrations(
            service: service, registered: registered, left: root["left"]?.elements.compactMap(\.string) ?? [])
    }

    func keep(_ registrations: ServiceRegistry.Registrations) throws(IntegrationError) {
        let name = PercentCoding.encode(registrations.service) + ".json"
        guard !registrations.isEmpty else { return try folder.remove(folder.path + "/" + name) }
        let node: ConfigurationNode = [
            "registered": .sequence(
                registrations.registered.map { endpoint in
                    [
                        "name": .string(endpoint.name), "url": .string(endpoint.address),
                        "weight": .plain("\(endpoint.weight)"),
                    ]
                }),
            "left": .sequence(registrations.left.map { .string($0) }),
        ]
        _ = try folder.write(node.json + "\n", to: name)
    }
}
