/// Numbers and times as people read them.
enum Figures {
    /// `1 204`: thousands apart.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(" ") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `1 message`, `2 messages`.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// `850 µs`, `1.2 ms`, `41 ms`, `3.20 s`, `2 m 05 s`.
    static func time(microseconds: UInt64) -> String {
        switch microseconds {
        case 0..<1000: return "\(microseconds) µs"
        case 1000..<10_000: return "\(microseconds / 1000).\(microseconds / 100 % 10) ms"
        case 10_000..<1_000_000: return "\(microseconds / 1000) ms"
        case 1_000_000..<60_000_000:
            let hundredths = microseconds / 10_000 % 100
            return "\(microseconds / 1_000_000).\(hundredths < 10 ? "0" : "")\(hundredths) s"
        default:
            let seconds = microseconds / 1_000_000
            let rest = seconds % 60
            if seconds < 3600 { return "\(seconds / 60) m \(rest < 10 ? "0" : "")\(rest) s" }
            let minutes = seconds / 60 % 60
            return "\(seconds / 3600) h \(minutes < 10 ? "0" : "")\(minutes) m"
        }
    }

    static func time(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return time(microseconds: UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds / 1_000_000_000_000)))
    }

    /// `64 512/s`; `-` where no time has passed.
    static func rate(_ messages: Int, in duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        guard elapsed > 0 else { return "-" }
        return count(Int((Double(messages) / elapsed).rounded())) + "/s"
    }
}

extension Figures {
    /// `12 s`, `3 m`, `5 h`, `9 d`: how long ago, in one figure.
    static func age(seconds: Double) -> String {
        let seconds = Int(max(0, seconds))
        switch seconds {
        case 0..<60: return "\(seconds) s"
        case 60..<3600: return "\(seconds / 60) m"
        case 3600..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}
