/// The rules of one time zone: which offset from UTC applies when (RFC 9636).
package struct TimeZoneRules: Sendable {
    /// The zone's name in the time zone database.
    package let name: String

    /// Instants at which the offset may change, ascending, in seconds since the epoch.
    let transitions: [Int64]
    /// The offset from each transition on, in seconds east of UTC.
    let offsets: [Int64]
    /// The offset before the first transition.
    let initialOffset: Int64
    /// The rule that applies after the last transition; without one the last offset stays.
    let footer: PosixTimeZone?

    package static let utc = fixed(secondsEastOfUTC: 0, name: "UTC")

    /// A zone whose offset never changes.
    package static func fixed(secondsEastOfUTC offset: Int, name: String) -> TimeZoneRules {
        TimeZoneRules(name: name, transitions: [], offsets: [], initialOffset: Int64(offset), footer: nil)
    }

    /// A span of time over which the offset does not change.
    struct Stretch: Equatable {
        /// Seconds east of UTC.
        var offset: Int64
        /// The first instant after it, in seconds since the epoch; `nil` where it never ends.
        var end: Int64?
    }

    /// The stretch that holds an instant. It may be cut short: the next one may have the same offset.
    func stretch(at instant: Int64) -> Stretch {
        // The number of transitions that are not after the instant.
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let footer { return footer.stretch(at: instant) }
        return Stretch(
            offset: low == 0 ? initialOffset : offsets[low - 1],
            end: low < transitions.count ? transitions[low] : nil)
    }
}
