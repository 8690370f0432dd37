/// What a statement takes and gives, as the server describes it.
public struct SQLDescription: Sendable, Hashable {
    /// The types of `$1`, `$2` …, in order.
    public let parameters: [SQLTypeID]
    /// The columns of its rows; none where it gives none.
    public let columns: [SQLResult.Column]
}
