internal import IntegrationCore

extension ConfigurationLoader {
    /// Loads files and folders, without some of their flows and with what was added at run time.
    ///
    /// - Parameters:
    ///   - overrides: `a.b.c=value`, as `--set` takes them.
    ///   - withoutFlows: flows of the files that are left out.
    ///   - added: texts that are merged in, by key.
    public func load(
        paths: [String], overrides: [String], withoutFlows: Set<String>, added: [AddedText]
    ) -> LoadedConfiguration {
        var reader = ConfigurationReader(limits: limits, environment: environment)
        var root = reader.read(paths: paths)
        root?.remove(flows: withoutFlows)
        var isComplete = root != nil
        for text in added {
            guard var node = reader.read(text: Array(text.text.utf8), file: text.file) else {
                isComplete = false
                continue
            }
            node.remove(flows: text.withoutFlows)
            reader.merge(node, into: &root)
        }
        return finish(isComplete ? root : nil, reader, overrides)
    }

    /// The names of the flows of a text, whatever else is wrong with it.
    public func flowNames(in text: AddedText) -> [String] {
        var reader = ConfigurationReader(limits: limits, environment: environment)
        let node = reader.read(text: Array(text.text.utf8), file: text.file)
        return (node?["flows"]?.mapping?.keys ?? []).filter { !text.withoutFlows.contains($0) }
    }
}

extension ConfigurationNode {
    fileprivate mutating func remove(flows names: Set<String>) {
        guard !names.isEmpty, var mapping, var flows = mapping["flows"]?.mapping else { return }
        flows.entries.removeAll { names.contains($0.key) }
        mapping["flows"]?.content = .mapping(flows)
        content = .mapping(mapping)
    }
}
