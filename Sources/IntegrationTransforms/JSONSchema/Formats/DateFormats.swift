/// Dates and times (RFC 3339, 5.6) and durations (its appendix A).
enum DateFormats {
    static func isDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        return date(&scanner) && scanner.isAtEnd
    }

    static func isTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        return time(&scanner) && scanner.isAtEnd
    }

    static func isDateTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        guard date(&scanner), scanner.take("T") || scanner.take("t") else { return false }
        return time(&scanner) && scanner.isAtEnd
    }

    private static func date(_ scanner: inout ByteScanner) -> Bool {
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), (1...12).contains(month),
            scanner.take("-"), let day = scanner.digits(2)
        else { return false }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = month == 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return day >= 1 && day <= days
    }

    private static func time(_ scanner: inout ByteScanner) -> Bool {
        guard let hour = scanner.digits(2), hour < 24, scanner.take(":"), let minute = scanner.digits(2), minute < 60,
            scanner.take(":"), let second = scanner.digits(2), second <= 60
        else { return false }
        if scanner.take("."), scanner.skip(while: \.isDigit) == 0 { return false }
        var offset = 0
        if !scanner.take("Z"), !scanner.take("z") {
            let isBehind = scanner.take("-")
            guard isBehind || scanner.take("+"), let hours = scanner.digits(2), hours < 24, scanner.take(":"),
                let minutes = scanner.digits(2), minutes < 60
            else { return false }
            offset = (hours * 60 + minutes) * (isBehind ? -1 : 1)
        }
        // A leap second ends a day of universal time.
        return second < 60 || (hour * 60 + minute - offset + 2880) % 1440 == 1439
    }

    static func isDuration(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ByteScanner(text)
        guard scanner.take("P") else { return false }
        // Units must follow one another without a gap.
        var date = units(&scanner, "YMD")
        if date == 0 {
            let start = scanner.at
            if scanner.skip(while: \.isDigit) > 0, scanner.take("W") { return scanner.isAtEnd }
            scanner.at = start
        }
        guard date >= 0 else { return false }
        if scanner.take("T") {
            let time = units(&scanner, "HMS")
            guard time > 0 else { return false }
            date += time
        }
        return date > 0 && scanner.isAtEnd
    }

    /// Numbers with units, of which none may be left out between two; returns how many, -1 for a wrong order.
    private static func units(_ scanner: inout ByteScanner, _ units: String) -> Int {
        var rest = Array(units)[...]
        var count = 0
        while true {
            let start = scanner.at
            guard scanner.skip(while: \.isDigit) > 0 else { return count }
            guard let index = rest.firstIndex(where: { scanner.take($0) }) else {
                scanner.at = start
                return count == 0 ? 0 : -1
            }
            if count > 0, index != rest.startIndex { return -1 }
            rest = rest[(index + 1)...]
            count += 1
        }
    }
}
