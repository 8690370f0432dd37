/// Says which failures of something that goes on failing are worth a line in the log: the first, and then one after
/// 10 s, 20 s, 40 s … 10 min.
public struct OutageLog: Sendable {
    /// When the next line is due (monotonic); nil while all is well.
    private var next: Duration?
    private var wait = Self.first

    private static let first = Duration.seconds(10)
    private static let longest = Duration.seconds(600)

    public init() {}

    /// It has failed; whether that is worth a line.
    ///
    /// - Parameter now: monotonic.
    public mutating func failed(at now: Duration) -> Bool {
        if let next, now < next { return false }
        if next != nil { wait = min(wait * 2, Self.longest) }
        next = now + wait
        return true
    }

    /// It works; whether it did not before, so that the end of that is worth a line.
    public mutating func worked() -> Bool {
        defer { self = OutageLog() }
        return next != nil
    }
}
