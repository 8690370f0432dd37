/// What a plugin says of itself.
public struct PluginManifest: Sendable, Hashable {
    /// A plugin that must be registered before.
    public struct Dependency: Sendable, Hashable {
        public var name: String
        /// The versions that will do: `0.8.0`, `^0.8`, `>=1 <2` …
        public var version: String

        public init(_ name: String, _ version: String) {
            self.name = name
            self.version = version
        }
    }

    public var description: String
    public var author: String
    public var license: String
    public var dependencies: [Dependency]

    public init(description: String = "", author: String = "", license: String = "", dependencies: [Dependency] = []) {
        self.description = description
        self.author = author
        self.license = license
        self.dependencies = dependencies
    }
}
