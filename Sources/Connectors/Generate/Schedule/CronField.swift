/// One of the six fields of a cron expression: which values it takes and under which names.
enum CronField: CaseIterable, Sendable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    /// The name in error messages.
    var title: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The values of `*`.
    var values: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...6
        }
    }

    /// The values that may be written: Sunday is 0 and 7.
    var writable: ClosedRange<Int> { self == .dayOfWeek ? 0...7 : values }

    /// English names of three letters, the first for the lowest value; case does not matter.
    var names: [String] {
        switch self {
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// What may stand in this field, for error messages.
    var allowed: String {
        let named = names.isEmpty ? "" : " or \(names[0].uppercased())-\(names[names.count - 1].uppercased())"
        return "\(writable.lowerBound)-\(writable.upperBound)\(named), `*`, a range `a-b`, a step `/n`, a list `a,b`"
    }
}

/// The values that one field accepts, as a set of bits.
struct CronFieldSet: Sendable, Hashable {
    private(set) var bits: UInt64 = 0
    /// Whether the field was written as `*` or `?`: such a field of days leaves the choice to the other one.
    var isAny = false

    /// Every value of a field, as `*` says.
    static func any(_ field: CronField) -> CronFieldSet {
        var set = CronFieldSet(field.values)
        set.isAny = true
        return set
    }

    init() {}

    init(_ values: ClosedRange<Int>) {
        for value in values { insert(value) }
    }

    mutating func insert(_ value: Int) { bits |= 1 << UInt64(value) }

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// The smallest value of the set that is not below `value`.
    func first(from value: Int) -> Int? {
        guard value < 64 else { return nil }
        let rest = bits >> UInt64(value)
        return rest == 0 ? nil : value + rest.trailingZeroBitCount
    }
}
