public import IntegrationCore

/// From paths to a checked configuration: read, merge, interpolate, decode, lint; all mistakes at once.
public struct ConfigurationLoader: Sendable {
    public var catalog: Catalog
    public var environment: ConfigurationEnvironment
    public var limits = YAMLLimits()
    /// What the program has made already and the configuration may name.
    public var provided = ProvidedParts()

    public init(catalog: Catalog, environment: ConfigurationEnvironment = .process()) {
        self.catalog = catalog
        self.environment = environment
    }

    /// Loads files and folders as one configuration.
    ///
    /// - Parameter overrides: `a.b.c=value`, as `--set` takes them.
    public func load(paths: [String], overrides: [String] = []) -> LoadedConfiguration {
        var reader = ConfigurationReader(limits: limits, environment: environment)
        let root = reader.read(paths: paths)
        return finish(root, reader, overrides)
    }

    /// Loads a text as if it stood in a file of this name.
    public func load(text: String, file: String = "integration.yaml", overrides: [String] = []) -> LoadedConfiguration {
        var reader = ConfigurationReader(limits: limits, environment: environment)
        let root = reader.read(text: Array(text.utf8), file: file)
        return finish(root, reader, overrides)
    }

    /// Checks a configuration that was built in Swift.
    public func load(_ root: ConfigurationNode) -> LoadedConfiguration {
        finish(root, ConfigurationReader(limits: limits, environment: environment), [])
    }

    func finish(
        _ root: ConfigurationNode?, _ reader: ConfigurationReader, _ overrides: [String]
    ) -> LoadedConfiguration {
        var reader = reader
        guard var root else {
            return LoadedConfiguration(document: nil, root: nil, diagnostics: reader.diagnostics, files: reader.files)
        }
        for (number, override) in overrides.enumerated() { reader.apply(override: override, number: number, to: &root) }

        var diagnostics = reader.diagnostics
        var names = DeclaredNames(root, diagnostics: &diagnostics)
        provided.declare(in: &names, &diagnostics)
        var context = DecodingContext(catalog: catalog, connectorTypes: names.connectorTypes)
        context.hasStorage = root["storage"].map { !$0.isAbsent } ?? false
        context.languageScope.environment = ExpressionsConfiguration.environment(in: root)
        let decoded = RootConfiguration.decode(root, &context)
        diagnostics.append(contentsOf: context.diagnostics)
        if !context.hasStorage, let flows = root.mapping?.entry("flows"), flows.value.mapping?.entries.isEmpty == false
        {
            diagnostics.note(
                .stateInMemory,
                "without `storage:` state lives in memory, and files are read from the beginning on every run",
                at: flows.keySpan, help: "add `storage: {path: ./data}` to keep it")
        }
        var linter = NameLinter(names: names, diagnostics: diagnostics)
        linter.resolve(context.references)
        diagnostics = linter.diagnostics
        if let decoded {
            var schemas = SchemaLinter(decoded, context, provided: provided, diagnostics: diagnostics)
            schemas.check()
            diagnostics = schemas.diagnostics
        }

        var document: ConfigurationDocument?
        if let decoded, !diagnostics.hasErrors {
            document = ConfigurationDocument(decoded, names: linter.names, implicitQueues: linter.implicitQueues)
            document?.provided = provided
        }
        return LoadedConfiguration(
            document: document, root: root, diagnostics: diagnostics, files: reader.files,
            secretPaths: context.secretPaths)
    }
}

/// What came of loading: the document where there is no mistake, and everything there is to say about it.
public struct LoadedConfiguration: Sendable {
    /// Nil where there is an error. Where `diagnostics.blocksRun`, it may be shown but not run.
    public var document: ConfigurationDocument?
    /// The tree after includes, overrides and `${…}`.
    public var root: ConfigurationNode?
    public var diagnostics: Diagnostics
    /// The text of every file by the name that its locations carry.
    public var files: [String: String]
    /// Paths of secrets in the tree.
    public var secretPaths: Set<[String]> = []

    /// All diagnostics as `check` shows them.
    public func report() -> String { renderer.render(diagnostics) }

    /// All diagnostics as `run` shows them before it refuses: what blocks a run is an error.
    public func refusal() -> String { renderer.render(diagnostics.escalated()) }

    private var renderer: DiagnosticRenderer {
        DiagnosticRenderer(files: files, secretSpans: diagnostics.secretSpans)
    }
}
