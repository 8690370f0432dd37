internal import AWSConnector
internal import ConsoleConnector
internal import DropConnector
internal import FileConnector
internal import GRPCConnector
internal import GenerateConnector
internal import HTTPConnector
public import IntegrationCore
internal import IntegrationDocument
internal import IntegrationEngine
internal import IntegrationFormats
internal import IntegrationTransforms
internal import MQTTConnector
internal import PostgresConnector
internal import RabbitMQConnector
internal import TableConnector

extension Catalog {
    /// Everything that comes with Integration: one line per connector.
    public static var standard: Catalog {
        var catalog = Catalog()
        catalog.languages = .standard
        catalog.registerFormats()
        catalog.registerSteps()
        catalog.registerQueues()
        catalog.registerCombinations()
        FileConfiguration.register(in: &catalog)
        ConsoleConfiguration.register(in: &catalog)
        GenerateConfiguration.register(in: &catalog, compile: generatedBody)
        DropConfiguration.register(in: &catalog)
        TableConfiguration.register(in: &catalog)
        HTTPConfiguration.register(in: &catalog)
        PostgresConfiguration.register(in: &catalog)
        RabbitMQConfiguration.register(in: &catalog)
        catalog.register(contentsOf: MQTTConfiguration.types)
        catalog.register(contentsOf: GRPCConfiguration.types)
        catalog.register(contentsOf: AWSConfiguration.types)
        return catalog
    }

    /// The writer of a `generate` source's body with `{{ … }}` in it.
    private static func generatedBody(
        _ body: ConfigurationNode, environment: [String: String]
    ) throws(IntegrationError) -> GenerateBody.Writer {
        let template = try BodyTemplate(body, environment: environment)
        return { message, context, out throws(IntegrationError) in
            try template.write(
                [
                    ("id", .text(message.id.description)), ("sequence", .number(message.sequence)),
                    ("scheduled", .time(message.scheduled)),
                ], in: context, to: &out)
        }
    }
}
