/// Reads the text of a cron expression; every error names its place and what is allowed there.
struct CronParser {
    struct Parsed {
        /// The zone that the expression names, if any.
        var zone: TimeZoneRules?
        /// Second, minute, hour, day of month, month, day of week.
        var fields: [CronFieldSet]
    }

    private let text: String
    private let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        self.bytes = Array(text.utf8)
    }

    mutating func parse(zones: TimeZoneLibrary) throws(ScheduleError) -> Parsed {
        var words = words()
        var zone: TimeZoneRules?
        if let first = words.first, let name = zoneName(first) {
            zone = try rules(name, zones)
            words.removeFirst()
        }
        if let first = words.first, bytes[first.lowerBound] == UInt8(ascii: "@") {
            guard words.count == 1 else {
                throw error(words[1], "nothing may follow \(string(first))", "one of \(Self.descriptorNames) alone")
            }
            return Parsed(zone: zone, fields: try descriptor(first))
        }
        let fields = CronField.allCases
        guard words.count == 5 || words.count == 6 else {
            let place = words.count > 6 ? words[6] : bytes.count..<bytes.count
            let layout = "[second] minute hour day-of-month month day-of-week, or one of \(Self.descriptorNames)"
            throw error(place, "a cron expression has 5 or 6 fields, this one has \(words.count)", layout)
        }
        var sets = words.count == 5 ? [Self.zero] : []
        for (field, word) in zip(fields.suffix(words.count), words) { sets.append(try parse(field, word)) }
        return Parsed(zone: zone, fields: sets)
    }

    // MARK: Words

    /// The stretches of bytes between blanks.
    private func words() -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
            if isBlank, let begun = start {
                words.append(begun..<index)
                start = nil
            } else if !isBlank, start == nil {
                start = index
            }
        }
        if let begun = start { words.append(begun..<bytes.count) }
        return words
    }

    private func split(_ range: Range<Int>, at separator: Character) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where bytes[index] == separator.asciiValue {
            parts.append(start..<index)
            start = index + 1
        }
        return parts + [start..<range.upperBound]
    }

    private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func error(_ range: Range<Int>, _ message: String, _ allowed: String) -> ScheduleError {
        ScheduleError(text: text, range: range, message: message, allowed: allowed)
    }

    // MARK: Time zone

    private func zoneName(_ word: Range<Int>) -> Range<Int>? {
        for prefix in ["TZ=", "CRON_TZ="] where bytes[word].starts(with: prefix.utf8) {
            return (word.lowerBound + prefix.utf8.count)..<word.upperBound
        }
        return nil
    }

    private func rules(_ name: Range<Int>, _ zones: TimeZoneLibrary) throws(ScheduleError) -> TimeZoneRules {
        do {
            return try zones.rules(named: string(name))
        } catch {
            throw self.error(name, error.message, "a name of the IANA time zone database, such as Europe/Lisbon")
        }
    }

    // MARK: Descriptors

    private static let zero = CronFieldSet(0...0)

    private static let descriptors: [(name: String, fields: String)] = [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
    ]

    private static var descriptorNames: String { descriptors.map(\.name).joined(separator: ", ") }

    private func descriptor(_ word: Range<Int>) throws(ScheduleError) -> [CronFieldSet] {
        let name = string(word).lowercased()
        guard let meant = Self.descriptors.first(where: { $0.name == name }) else {
            let remedy = name == "@every" ? "; a fixed interval is an option of its own" : ""
            throw error(word, "unknown schedule `\(string(word))`\(remedy)", "one of \(Self.descriptorNames)")
        }
        var parser = CronParser(meant.fields)
        return try parser.parse(zones: .system).fields
    }

    // MARK: Fields

    private func parse(_ field: CronField, _ word: Range<Int>) throws(ScheduleError) -> CronFieldSet {
        var set = CronFieldSet()
        for part in split(word, at: ",") {
            guard !part.isEmpty else {
                throw error(part, "the list of the \(field.title) has an empty entry", field.allowed)
            }
            try insert(part, of: field, into: &set)
        }
        return set
    }

    /// Adds one entry of a list: `*`, `a`, `a-b`, each with an optional `/n`.
    private func insert(
        _ part: Range<Int>, of field: CronField, into set: inout CronFieldSet
    ) throws(ScheduleError) {
        let halves = split(part, at: "/")
        guard halves.count <= 2 else {
            throw error(part, "the \(field.title) `\(string(part))` has more than one step", "one `/n` at most")
        }
        let step = halves.count == 2 ? try step(halves[1], of: field) : 1
        let values: ClosedRange<Int>
        if ["*", "?"].contains(string(halves[0])) {
            values = field.values
            set.isAny = set.isAny || step == 1
        } else {
            values = try range(halves[0], of: field, isOpen: halves.count == 2)
        }
        for value in stride(from: values.lowerBound, through: values.upperBound, by: step) {
            set.insert(field == .dayOfWeek ? value % 7 : value)
        }
    }

    /// `a` or `a-b`; an open `a`, one with a step behind it, goes on to the field's end.
    private func range(
        _ part: Range<Int>, of field: CronField, isOpen: Bool
    ) throws(ScheduleError) -> ClosedRange<Int> {
        let ends = split(part, at: "-")
        guard ends.count <= 2 else {
            throw error(part, "the \(field.title) `\(string(part))` is no range", field.allowed)
        }
        let low = try value(ends[0], of: field)
        guard ends.count == 2 else {
            return isOpen && low <= field.values.upperBound ? low...field.values.upperBound : low...low
        }
        let high = try value(ends[1], of: field)
        guard low <= high else {
            let (first, last) = (field.values.lowerBound, field.values.upperBound)
            throw error(
                part, "the \(field.title) range `\(string(part))` ends before it begins",
                "the lower end first; to go past the end, a list: \(low)-\(last),\(first)-\(high)")
        }
        return low...high
    }

    private func value(_ word: Range<Int>, of field: CronField) throws(ScheduleError) -> Int {
        if let index = field.names.firstIndex(of: string(word).lowercased()) { return index + field.values.lowerBound }
        guard let number = number(word) else {
            let what = word.isEmpty ? "is missing a value" : "`\(string(word))` is no value"
            throw error(word, "the \(field.title) \(what)", field.allowed)
        }
        guard field.writable.contains(number) else {
            throw error(word, "the \(field.title) \(number) is out of range", field.allowed)
        }
        return number
    }

    private func step(_ word: Range<Int>, of field: CronField) throws(ScheduleError) -> Int {
        let largest = field.values.upperBound - field.values.lowerBound
        guard let number = number(word), (1...largest).contains(number) else {
            throw error(word, "the \(field.title) step `\(string(word))` is out of range", "/1 to /\(largest)")
        }
        return number
    }

    /// Up to nine decimal digits.
    private func number(_ word: Range<Int>) -> Int? {
        guard (1...9).contains(word.count) else { return nil }
        var number = 0
        for byte in bytes[word] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
