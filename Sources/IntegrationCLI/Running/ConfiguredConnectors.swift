internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer
internal import Logging
internal import Synchronization

/// The connectors of the configuration that runs now, or of one that is only read.
final class ConfiguredConnectors: ConnectorAdministration {
    private let known: Mutex<[ConfiguredConnector]>
    private let clock: any TimeSource

    init(_ connectors: [ConfiguredConnector], clock: any TimeSource) {
        known = Mutex(connectors)
        self.clock = clock
    }

    /// Takes the place of all that was known.
    func set(_ connectors: [ConfiguredConnector]) { known.withLock { $0 = connectors } }

    var connectors: [ConnectorInformation] {
        known.withLock { $0 }.map { ConnectorInformation(name: $0.name, type: $0.type, users: $0.users) }
    }

    func probe(_ name: String) async throws(IntegrationError) -> [ProbeStep] {
        guard let connector = known.withLock({ $0.first { $0.name == name } }) else {
            throw IntegrationError(.connectorUnknown, "there is no connector named `\(name)`")
        }
        let steps = Mutex<[ProbeStep]>([])
        let context = FlowContext(
            flow: "probe", logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }, clock: clock)
        await (try connector.probe()).run(in: context) { step in steps.withLock { $0.append(step) } }
        return steps.withLock { $0 }
    }
}
