import ConnectorTestSupport
import HTTPConnector
import IntegrationCore

/// Makes endpoints of type http; `{connector: rest}` stands for the connector.
final class TestMakers: ConnectorMakers {
    init(connector node: ConfigurationNode? = nil) throws {
        try super.init("http", named: "rest", HTTPConfiguration.register, connector: node)
    }
}
