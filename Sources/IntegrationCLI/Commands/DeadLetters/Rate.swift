internal import ArgumentParser

/// How many in a time: `50/s`, `100/m`, `5000/h`.
struct Rate: ExpressibleByArgument, Equatable {
    var perSecond: Double

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        let seconds: Double? =
            switch parts.count == 2 ? parts[1] : "" {
            case "s": 1
            case "m", "min": 60
            case "h": 3600
            default: nil
            }
        guard let seconds, let count = Int(parts[0]), count > 0 else { return nil }
        perSecond = Double(count) / seconds
    }
}
