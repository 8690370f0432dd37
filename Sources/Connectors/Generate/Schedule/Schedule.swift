/// When something is to happen.
package enum Schedule: Sendable {
    case every(Interval)
    case cron(CronExpression)
    case once(WallTime)

    /// The first instant later than `time`; `nil` when there is none.
    package func next(after time: WallTime) -> WallTime? {
        switch self {
        case .every(let interval): interval.next(after: time)
        case .cron(let expression): expression.next(after: time)
        case .once(let instant): instant > time ? instant : nil
        }
    }
}
