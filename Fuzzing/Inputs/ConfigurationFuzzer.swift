internal import ConsoleConnector
internal import DropConnector
internal import FileConnector
internal import FuzzerSupport
internal import GenerateConnector
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationFormats
internal import IntegrationTransforms
internal import TableConnector

/// Whole configurations: read, checked, lowered into flows; every remark has a place, and loading again says the same.
enum ConfigurationFuzzer: Fuzzer {
    static let name = "configuration"
    static let environment = ConfigurationEnvironment(variables: ["NAME": "value", "EMPTY": "", "TOKEN": "s3cr3t"])
    /// Everything that comes with Integration but the connectors that speak over networks, which link TLS.
    private static let catalog = {
        var catalog = Catalog()
        catalog.languages = .standard
        catalog.registerFormats()
        catalog.registerSteps()
        catalog.registerQueues()
        catalog.registerCombinations()
        FileConfiguration.register(in: &catalog)
        ConsoleConfiguration.register(in: &catalog)
        GenerateConfiguration.register(in: &catalog)
        DropConfiguration.register(in: &catalog)
        TableConfiguration.register(in: &catalog)
        return catalog
    }()
    private static let loader = ConfigurationLoader(catalog: catalog, environment: environment)

    static func check(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self), !namesFiles(input) else { return }
        withinTime(.seconds(2)) {
            let loaded = loader.load(text: text, file: "fuzzed.yaml")
            YAMLFuzzer.checkPlaces(loaded.diagnostics, input)
            let report = loaded.report()
            require(loaded.document != nil || loaded.diagnostics.hasErrors, "it is refused without a reason")
            require(report == loader.load(text: text, file: "fuzzed.yaml").report(), "the second report is another one")
            guard let document = loaded.document, !loaded.diagnostics.blocksRun else { return }
            do throws(IntegrationError) {
                let plan = try EnginePlan(document, catalog: catalog, environment: environment.variables)
                require(plan.flows.count == document.flows.count, "a flow is lost")
            } catch {
                require(!error.message.isEmpty, "nothing is said")
            }
        }
    }

    /// Whether a text may lead to other files: what they hold is not the input's.
    static func namesFiles(_ input: [UInt8]) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        return ["include", "${file", "${secret"].contains { text.contains($0) }
    }
}
