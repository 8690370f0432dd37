/// When messages are generated.
public enum GeneratePace: Sendable {
    /// As fast as they are taken.
    case unlimited
    /// The first at once, then one in each period, by the monotonic clock.
    case interval(Duration)
    /// So many in a second, evenly. What could not be handed over for more than a second is left out.
    case rate(Double)
    /// One at each instant of a schedule, by the wall clock.
    case cron(CronSchedule)
}

/// A cron expression that was read.
public struct CronSchedule: Sendable {
    let expression: CronExpression

    /// - Parameters:
    ///   - text: see `CronExpression`.
    ///   - timeZone: the zone of an expression that names none, such as `Europe/Lisbon`.
    /// - Throws: what is wrong with either.
    public init(_ text: String, timeZone: String = "UTC") throws(Mistake) {
        let zone: TimeZoneRules
        do throws(TimeZoneError) {
            zone = try TimeZoneLibrary.system.rules(named: timeZone)
        } catch {
            throw Mistake(message: error.message, isInZone: true, allowed: nil)
        }
        do throws(ScheduleError) {
            expression = try CronExpression(text, zone: zone)
        } catch {
            throw Mistake(
                message: "\(error.message) at column \(error.column)", isInZone: false, allowed: error.allowed)
        }
    }

    /// What is wrong with a schedule.
    public struct Mistake: Error {
        public var message: String
        /// Whether it is the time zone rather than the expression.
        public var isInZone: Bool
        /// What may stand there instead.
        public var allowed: String?
    }
}

/// What becomes of instants that passed while all lanes were busy, or the machine slept.
public enum GenerateMissed: String, Sendable, CaseIterable {
    /// They become one message.
    case merge
    /// Each gets a message of its own, one after another.
    case replay
}
