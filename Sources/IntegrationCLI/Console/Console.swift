internal import Glibc
internal import IntegrationCore

/// Where a command writes: data on standard output, words on standard error.
struct Console: Sendable {
    var output: Channel
    var words: Channel

    static let process = Console(output: Channel(descriptor: STDOUT_FILENO), words: Channel(descriptor: STDERR_FILENO))

    /// Writes data, with a line break behind it where it has none.
    ///
    /// - Parameter endsLine: false where more of the line is to come.
    /// - Throws: `outputNotWritten`.
    func print(_ text: String, endsLine: Bool = true) throws(IntegrationError) {
        guard let reason = output.write(text.hasSuffix("\n") || !endsLine ? text : text + "\n") else { return }
        throw IntegrationError(.outputNotWritten, "standard output: \(reason)")
    }

    /// Writes words, with a line break behind them. Where nobody listens any more there is nobody to tell.
    func say(_ text: String) {
        _ = words.write(text.hasSuffix("\n") ? text : text + "\n")
    }
}

/// One of the two standard outputs.
struct Channel: Sendable {
    let descriptor: Int32
    let isTerminal: Bool
    let style: Style

    init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        style = Style(isOn: isTerminal && Channel.wantsColour)
    }

    /// `NO_COLOR` (no-color.org) and dumb terminals turn colours off.
    private static var wantsColour: Bool {
        if let none = getenv("NO_COLOR"), none.pointee != 0 { return false }
        guard let kind = getenv("TERM") else { return false }
        return String(cString: kind) != "dumb"
    }

    /// Columns of the terminal; 80 where that is not known.
    var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes the whole text; returns why it could not.
    func write(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return String(cString: strerror(errno)) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return nil
        }
    }
}
