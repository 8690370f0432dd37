/// An instant of civil time: the time since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
package struct WallTime: Sendable, Hashable, Comparable {
    package var sinceEpoch: Duration

    package init(sinceEpoch: Duration) {
        self.sinceEpoch = sinceEpoch
    }

    package init(seconds: Int64) {
        self.sinceEpoch = .seconds(seconds)
    }

    /// Whole seconds since the epoch, rounded down, before 1970 too.
    package var wholeSeconds: Int64 {
        let (seconds, attoseconds) = sinceEpoch.components
        return attoseconds < 0 ? seconds - 1 : seconds
    }

    package static func < (left: WallTime, right: WallTime) -> Bool { left.sinceEpoch < right.sinceEpoch }
    package static func + (time: WallTime, duration: Duration) -> WallTime {
        WallTime(sinceEpoch: time.sinceEpoch + duration)
    }
    package static func - (left: WallTime, right: WallTime) -> Duration { left.sinceEpoch - right.sinceEpoch }
}
