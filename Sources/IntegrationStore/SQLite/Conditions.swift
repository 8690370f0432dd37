internal import IntegrationCore

/// The conditions of a query, put together with what is to be bound.
struct Conditions {
    private var texts: [String] = []
    private var values: [(Statement, Int32) -> Void] = []

    /// Adds `text`, in which `?` stands for the value, unless the value is nil.
    mutating func add<Value>(
        _ text: String, _ value: Value?, _ bind: @escaping (Statement, Int32, Value) -> Void
    ) {
        guard let value else { return }
        texts.append(
            text.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "?\(texts.count + 1)"))
        values.append { bind($0, $1, value) }
    }

    mutating func add(_ text: String, _ value: String?) { add(text, value) { $0.bind($1, $2) } }
    mutating func add(_ text: String, _ value: MessageID?) { add(text, value) { $0.bind($1, $2) } }
    mutating func add(_ text: String, _ value: Int64?) { add(text, value) { $0.bind($1, $2) } }

    /// Nothing, or ` WHERE …`.
    var clause: String { texts.isEmpty ? "" : " WHERE " + texts.joined(separator: " AND ") }

    /// The place of what is bound behind the conditions.
    var next: Int32 { Int32(values.count + 1) }

    func bind(_ statement: Statement) {
        for (index, value) in values.enumerated() { value(statement, Int32(index + 1)) }
    }
}

extension Conditions {
    init(_ filter: DeadLetterFilter) {
        self.init()
        add("d.queue = ?", filter.queue)
        add("d.flow = ?", filter.flow)
        add("d.code = ?", filter.code)
        add("d.step = ?", filter.step)
        add("d.message = ?", filter.message)
        add("d.failed >= ?", filter.since?.milliseconds)
    }

    init(_ filter: EventFilter) {
        self.init()
        add("flow = ?", filter.flow)
        add("message = ?", filter.message)
        add("kind = ?", filter.kind)
        add("at >= ?", filter.since?.milliseconds)
    }
}
