/// A type of PostgreSQL by its number (`pg_type.oid`).
public struct SQLTypeID: Sendable, Hashable {
    public let number: UInt32
    public init(_ number: UInt32) { self.number = number }

    /// What values of a type look like.
    enum Form: Sendable, Hashable {
        case text, integer, decimal, float, bool, json, bytes, timestamp, zonedTimestamp
        indirect case array(of: SQLTypeID)
        indirect case range(of: SQLTypeID)
        indirect case multirange(of: SQLTypeID)
    }

    public static let text = SQLTypeID(25)
    public static let uuid = SQLTypeID(2950)

    private static let scalars: [UInt32: Form] = [
        16: .bool, 17: .bytes, 20: .integer, 21: .integer, 23: .integer, 26: .integer, 114: .json, 3802: .json,
        700: .float, 701: .float, 1700: .decimal, 1114: .timestamp, 1184: .zonedTimestamp,
        3904: .range(of: SQLTypeID(23)), 3926: .range(of: SQLTypeID(20)), 3906: .range(of: SQLTypeID(1700)),
        3908: .range(of: SQLTypeID(1114)), 3910: .range(of: SQLTypeID(1184)), 3912: .range(of: SQLTypeID(1082)),
        4451: .multirange(of: SQLTypeID(3904)), 4536: .multirange(of: SQLTypeID(3926)),
        4532: .multirange(of: SQLTypeID(3906)), 4533: .multirange(of: SQLTypeID(3908)),
        4534: .multirange(of: SQLTypeID(3910)), 4535: .multirange(of: SQLTypeID(3912)),
    ]

    /// Type of an array → type of its elements (pg_type.dat).
    private static let arrays: [UInt32: UInt32] = [
        1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042, 1015: 1043, 1016: 20,
        1021: 700, 1022: 701, 1028: 26, 1040: 829, 1041: 869, 651: 650, 1115: 1114, 1182: 1082, 1183: 1083, 1185: 1184,
        1187: 1186, 1231: 1700, 1270: 1266, 199: 114, 3807: 3802, 2951: 2950, 3905: 3904, 3907: 3906, 3909: 3908,
        3911: 3910, 3913: 3912, 3927: 3926,
    ]

    /// That of a type which every server has; nil for one that somebody made.
    var wellKnownForm: Form? {
        if let form = Self.scalars[number] { return form }
        if let element = Self.arrays[number] { return .array(of: SQLTypeID(element)) }
        return number < 16384 ? .text : nil
    }
}
