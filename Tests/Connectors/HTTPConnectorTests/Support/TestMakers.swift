import ConnectorTestSupport
import HTTPConnector
import IntegrationCore
import IntegrationTransforms

extension TestMakers {
    static let catalog: Catalog = {
        var catalog = Catalog()
        catalog.languages = .standard
        catalog.registerSteps()
        HTTPConfiguration.register(in: &catalog)
        return catalog
    }()

    /// - Parameter connector: what `{connector: rest}` stands for.
    convenience init(connector: ConfigurationNode? = nil) throws {
        try self.init(Self.catalog, type: "http", name: "rest", connector: connector)
    }
}
