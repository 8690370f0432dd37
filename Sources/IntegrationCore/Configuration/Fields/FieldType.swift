/// A type of configuration values: what is accepted, how it is decoded, and how a default is written.
///
/// New types are made from existing ones with `init(shape:decode:encode:)`; `decode` reports each mistake to the
/// context and then returns nil.
public struct FieldType<Value: Sendable>: Sendable {
    public typealias Decode = @Sendable (ConfigurationNode, inout DecodingContext) -> Value?

    public let shape: FieldShape
    public let decode: Decode
    /// The node that decodes to a value: for docs, JSON Schema and `config show`.
    public let encode: @Sendable (Value) -> ConfigurationNode?

    public init(
        shape: FieldShape, encode: @escaping @Sendable (Value) -> ConfigurationNode? = { _ in nil },
        decode: @escaping Decode
    ) {
        self.shape = shape
        self.encode = encode
        self.decode = { node, context in node.scalar?.isBroken == true ? nil : decode(node, &context) }
    }
}

extension FieldType {
    /// A scalar type: `read` sees a scalar that is not null and returns nil where it does not fit.
    static func scalar(
        _ shape: FieldShape, encode: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (ConfigurationScalar, ConfigurationNode, inout DecodingContext) -> Value?
    ) -> FieldType {
        FieldType(shape: shape, encode: { .plain(encode($0)) }) { node, context in
            guard let scalar = node.scalar, scalar.kind != .null else {
                context.wrongType(node, expected: shape)
                return nil
            }
            return read(scalar, node, &context)
        }
    }
}

extension FieldType where Value == String {
    /// Any text; a number or a word such as `no` keeps the text it was written with.
    public static var string: FieldType {
        scalar(.string, encode: { $0 }) { scalar, _, _ in scalar.text }
    }

    /// Text that satisfies a condition.
    ///
    /// - Parameter requirement: what the text must be, for the message: "must be …".
    public static func string(
        _ requirement: String, where isValid: @escaping @Sendable (String) -> Bool
    ) -> FieldType {
        scalar(.string, encode: { $0 }) { scalar, node, context in
            guard isValid(scalar.text) else {
                context.malformed(node, "must be \(requirement)")
                return nil
            }
            return scalar.text
        }
    }
}

extension FieldType where Value == Bool {
    public static var bool: FieldType {
        scalar(.bool, encode: { $0 ? "true" : "false" }) { scalar, node, context in
            if let value = scalar.boolean { return value }
            var help: String?
            switch scalar.text.lowercased() {
            case "yes", "on", "y", "true": help = "write `true` (in YAML 1.2, `\(scalar.shown)` is a string here)"
            case "no", "off", "n", "false": help = "write `false` (in YAML 1.2, `\(scalar.shown)` is a string here)"
            default: break
            }
            context.wrongType(node, expected: .bool, help: help)
            return nil
        }
    }
}

extension FieldType where Value == Int {
    public static func int(_ range: ClosedRange<Int> = 0...Int.max) -> FieldType {
        let shape = FieldShape.int(range)
        return scalar(shape, encode: { String($0) }) { scalar, node, context in
            guard scalar.plainKind == .int else {
                let isNumber = ConfigurationScalar.Kind(resolving: scalar.text) == .int
                context.wrongType(node, expected: shape, help: isNumber ? "write it without quotes" : nil)
                return nil
            }
            guard let value = scalar.integer, range.contains(value) else {
                context.outOfRange(node, shown: scalar.shown, bounds: Self.bounds(range))
                return nil
            }
            return value
        }
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }
}

extension FieldType where Value == Double {
    public static func number(_ range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude) -> FieldType {
        let shape = FieldShape.number(range)
        return scalar(shape, encode: { "\($0)" }) { scalar, node, context in
            guard let value = scalar.number, !value.isNaN else {
                context.wrongType(node, expected: shape)
                return nil
            }
            guard range.contains(value) else {
                let bounds =
                    range.upperBound == .greatestFiniteMagnitude
                    ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                context.outOfRange(node, shown: scalar.shown, bounds: bounds)
                return nil
            }
            return value
        }
    }

    /// A number from 0 to 1.
    public static var ratio: FieldType { number(0...1) }
}

extension FieldType where Value == SecretString {
    /// Text that prints as `••••` everywhere from here on.
    public static var secret: FieldType {
        FieldType(shape: .secret, encode: { _ in .string(SecretString.mask) }) { node, context in
            context.markSecret(node)
            guard let scalar = node.scalar, scalar.kind != .null else {
                context.wrongType(node, expected: .secret)
                return nil
            }
            return SecretString(scalar.text)
        }
    }
}

extension FieldType where Value == ConfigurationNode {
    /// Anything, kept as it stands.
    public static var any: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            context.markLikelySecrets(in: node)
            return node
        }
    }
}

extension FieldType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the raw values of a Swift enumeration.
    public static var choice: FieldType {
        let names = Value.allCases.map(\.rawValue)
        let shape = FieldShape.enumeration(names)
        return scalar(shape, encode: { $0.rawValue }) { scalar, node, context in
            if let value = Value(rawValue: scalar.text) { return value }
            context.notAChoice(node, shown: scalar, names: names)
            return nil
        }
    }
}
