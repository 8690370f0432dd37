public import IntegrationCore

/// What each flow and each shared endpoint of a configuration depends on, so that a reload can tell what has changed.
///
/// A flow depends on its own text, on everything that bears a name which occurs in it, on what those depend on, and on
/// the sections that hold for all. Names that only look alike make a flow seem changed, never unchanged.
public struct ConfigurationFingerprints: Sendable {
    /// By flow; means something in this process alone.
    public let flows: [String: Int]
    /// Destinations and services, by name.
    public let endpoints: [String: Int]
    /// Connectors, by name.
    public let connectors: [String: Int]
    /// `storage:` as it is written; empty without one.
    public let storage: String
    /// Files that hold schemas, tables, certificates and the like, in the order in which they are named.
    public let files: [String]

    /// Sections that say nothing about how a flow works.
    private static let silent: Set<String> = ["version", "name", "include", "grace", "admin"]
    /// Sections whose files are part of what they say; those of flows and destinations are read and written instead.
    private static let filed: Set<String> = [
        "connectors", "protocols", "plugins", "services", "schemas", "templates", "transformers",
    ]

    public init(_ root: ConfigurationNode) {
        var walk = Walk()
        var common = ""
        for section in root.mapping?.entries ?? [] where !Self.silent.contains(section.key) {
            guard RootConfiguration.namedSections.contains(section.key) else {
                common += "\(section.key)=\(section.value.json)\n"
                continue
            }
            if section.key == "flows" { continue }
            for entry in section.value.mapping?.entries ?? [] {
                // A schema may refer to any other, in files that are not read here: they change together.
                let node = section.key == "schemas" ? section.value : entry.value
                walk.add(node, as: entry.key, readsFiles: Self.filed.contains(section.key))
            }
        }
        var flows: [String: Int] = [:]
        for entry in root["flows"]?.mapping?.entries ?? [] {
            flows[entry.key] = (common + walk.text(of: entry.value)).hashValue
        }
        var connectors: [String: Int] = [:]
        for section in ["connectors", "protocols"] {
            for entry in root[section]?.mapping?.entries ?? [] {
                connectors[entry.key] = walk.text(of: entry.value).hashValue
            }
        }
        var endpoints: [String: Int] = [:]
        for section in ["destinations", "services"] {
            for entry in root[section]?.mapping?.entries ?? [] {
                let text = section + common + walk.text(of: entry.value)
                endpoints[entry.key] = text.hashValue ^ (endpoints[entry.key] ?? 0)
            }
        }
        self.flows = flows
        self.endpoints = endpoints
        self.connectors = connectors
        files = walk.files
        storage = root["storage"]?.json ?? ""
    }

    /// The flows that are the same in both.
    public func unchangedFlows(since old: ConfigurationFingerprints) -> Set<String> {
        Set(flows.filter { old.flows[$0.key] == $0.value }.keys)
    }

    /// The connectors that are the same in both.
    public func unchangedConnectors(since old: ConfigurationFingerprints) -> Set<String> {
        Set(connectors.filter { old.connectors[$0.key] == $0.value }.keys)
    }

    /// The destinations and services that are the same in both.
    public func unchangedEndpoints(since old: ConfigurationFingerprints) -> Set<String> {
        Set(endpoints.filter { old.endpoints[$0.key] == $0.value }.keys)
    }
}

/// The named entries of a configuration, followed from one to the next.
private struct Walk {
    private struct Entry {
        var node: ConfigurationNode
        var text: String
    }

    private var entries: [String: [Entry]] = [:]
    private(set) var files: [String] = []

    mutating func add(_ node: ConfigurationNode, as name: String, readsFiles: Bool) {
        var text = node.json
        if readsFiles { content(of: node, into: &text) }
        entries[name, default: []].append(Entry(node: node, text: text))
    }

    /// The node's text and that of every entry that it names, each once.
    func text(of node: ConfigurationNode) -> String {
        var text = node.json
        var seen: Set<String> = []
        var pending = [node]
        while let next = pending.popLast() {
            for name in Self.words(of: next) {
                guard let named = entries[name], seen.insert(name).inserted else { continue }
                for entry in named {
                    text += "\n\(name)=\(entry.text)"
                    pending.append(entry.node)
                }
            }
        }
        return text
    }

    /// Every text of a tree that may be a name: scalars, with and without `kind:` or `@version`, and keys.
    private static func words(of node: ConfigurationNode) -> [String] {
        switch node.content {
        case .scalar(let scalar):
            let text = scalar.text
            let name = text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) }
            // The name of a schema may have a version behind it.
            let unversioned = text.firstIndex(of: "@").map { String(text[..<$0]) }
            return [text] + [name, unversioned].compactMap(\.self)
        case .sequence(let elements): return elements.flatMap { words(of: $0) }
        case .mapping(let mapping): return mapping.entries.flatMap { [$0.key] + words(of: $0.value) }
        }
    }

    /// Adds which version of each file it is that the tree names.
    private mutating func content(of node: ConfigurationNode, into text: inout String) {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.kind == .string, scalar.text.utf8.count < 4096, !scalar.text.contains("\n") else { return }
            let path = PathValue(scalar.text, relativeTo: node.location.folder).resolved
            guard let version = Files.version(path) else { return }
            if !files.contains(path) { files.append(path) }
            text += "\n\(path)=\(version)"
        case .sequence(let elements): for element in elements { content(of: element, into: &text) }
        case .mapping(let mapping): for entry in mapping.entries { content(of: entry.value, into: &text) }
        }
    }
}
