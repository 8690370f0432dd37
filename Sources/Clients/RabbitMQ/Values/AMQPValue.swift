/// A value in a table of AMQP: a header, or an argument of a declaration (AMQP 0-9-1, section 4.2.5, with the types that
/// RabbitMQ gives them).
public enum AMQPValue: Sendable, Hashable {
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    /// `value` · 10^-`scale`.
    case decimal(value: UInt32, scale: UInt8)
    case string(String)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case array([AMQPValue])
    case table(AMQPTable)
    case none
}

/// Names and values, in order.
public struct AMQPTable: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var value: AMQPValue

        public init(_ name: String, _ value: AMQPValue) {
            self.name = name
            self.value = value
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry] = []) { self.entries = entries }

    public var isEmpty: Bool { entries.isEmpty }

    /// The first value with that name; setting it to nil takes all of them out.
    public subscript(name: String) -> AMQPValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            guard let newValue else { return entries.removeAll { $0.name == name } }
            if let place = entries.firstIndex(where: { $0.name == name }) {
                entries[place].value = newValue
            } else {
                entries.append(Entry(name, newValue))
            }
        }
    }
}

extension AMQPTable: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, AMQPValue)...) { self.init(elements.map { Entry($0, $1) }) }
}

extension AMQPTable {
    /// Bytes that the table takes on the wire, at most.
    var wireSize: Int { entries.reduce(4) { $0 + 1 + $1.name.utf8.count + $1.value.wireSize } }
}

extension AMQPValue {
    /// Bytes that the value takes on the wire, at most, with its type.
    var wireSize: Int {
        switch self {
        case .string(let text): 5 + text.utf8.count
        case .bytes(let bytes): 5 + bytes.count
        case .array(let values): values.reduce(5) { $0 + $1.wireSize }
        case .table(let table): 1 + table.wireSize
        case .bool, .integer, .unsigned, .double, .decimal, .timestamp, .none: 9
        }
    }
}
