extension ConfigurationNode: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// A string; what YAML would write without quotes as a duration or a name is a string there too.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension ConfigurationNode: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .plain(String(value)) }
}

extension ConfigurationNode: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) {
        self.init(.scalar(ConfigurationScalar(String(value), kind: .float)))
    }
}

extension ConfigurationNode: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .plain(value ? "true" : "false") }
}

extension ConfigurationNode: ExpressibleByNilLiteral {
    public init(nilLiteral: ()) { self = .null }
}

extension ConfigurationNode: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: ConfigurationNode...) { self = .sequence(elements) }
}

extension ConfigurationNode: ExpressibleByDictionaryLiteral {
    public typealias Key = String

    public init(dictionaryLiteral elements: (String, ConfigurationNode)...) { self = .mapping(elements) }
}
