internal import IntegrationCore
internal import IntegrationEngine
internal import Logging

/// Logs as people read them: time, level, message, then metadata as `key=value`.
struct HumanLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let line: StatusLine

    init(_ line: StatusLine, level: Logger.Level) {
        self.line = line
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let time = Timestamp.text(SystemClock().wallTime)
        line.say(
            Self.text(time: time, level: event.level, message: "\(event.message)", metadata: all, style: line.style))
    }

    /// One line; line breaks in values are written as `\n`.
    static func text(
        time: String, level: Logger.Level, message: String, metadata: Logger.Metadata, style: Style
    ) -> String {
        let name = level.rawValue + String(repeating: " ", count: max(0, 8 - level.rawValue.utf8.count))
        let painted: String =
            switch level {
            case .trace, .debug: style.dim(name)
            case .info, .notice: style.green(name)
            case .warning: style.yellow(name)
            case .error, .critical: style.red(name)
            }
        let facts = metadata.sorted { $0.key < $1.key }.map { "  " + style.dim($0.key + "=") + quoted("\($0.value)") }
        return "\(style.dim(time)) \(painted) \(printable(message))\(facts.joined())"
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") }
        let text = printable(text)
        return isPlain
            ? text
            : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }

    /// Nothing that a terminal would obey.
    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x09: result += "\\t"
            case 0x00..<0x20, 0x7F...0x9F: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
