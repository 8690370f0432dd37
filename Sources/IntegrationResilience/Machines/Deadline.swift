/// A moment on a monotonic clock after which nobody wants the answer any more; or none.
public struct Deadline: Sendable, Hashable {
    /// Nil: there is none.
    public let moment: Duration?

    public static let none = Deadline(nil)

    public init(_ moment: Duration?) { self.moment = moment }

    public init(_ timeout: Duration?, after now: Duration) { moment = timeout.map { now + max(.zero, $0) } }

    public func isOver(at now: Duration) -> Bool { moment.map { $0 <= now } ?? false }

    /// What is left; nil where there is no deadline.
    public func remaining(at now: Duration) -> Duration? { moment.map { max(.zero, $0 - now) } }

    /// The sooner of both.
    public func sooner(_ other: Deadline) -> Deadline {
        guard let mine = moment, let other = other.moment else { return Deadline(moment ?? other.moment) }
        return Deadline(min(mine, other))
    }

    /// `timeout` from `now`, or what is left, whichever is less.
    public func capped(_ timeout: Duration?, at now: Duration) -> Deadline { sooner(Deadline(timeout, after: now)) }
}
