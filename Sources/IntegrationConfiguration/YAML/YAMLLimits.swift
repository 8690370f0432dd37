/// Bounds that keep a hostile or broken file from exhausting memory or time.
public struct YAMLLimits: Sendable {
    /// Bytes of one file.
    public var bytes = 4 << 20
    /// Mappings and lists within one another.
    public var depth = 100
    /// How often aliases (`*name`) may stand in one file.
    public var aliases = 100
    /// How many values all aliases of one file may stand for.
    public var aliasedNodes = 10_000

    public init() {}
}
