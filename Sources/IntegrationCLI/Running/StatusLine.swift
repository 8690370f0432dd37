internal import Synchronization

/// Standard error while flows run: lines that stay, and on a terminal one line below them that is redrawn.
final class StatusLine: Sendable {
    private let channel: Channel
    private let drawn = Mutex("")
    private static let clear = "\r\u{1B}[K"

    init(_ channel: Channel) { self.channel = channel }

    var isShown: Bool { channel.isTerminal }
    var style: Style { channel.style }

    /// Puts `text` in the place of the line that was drawn last. Does nothing without a terminal.
    func draw(_ text: String) {
        guard isShown else { return }
        // A line that wraps can't be redrawn.
        let text = String(text.prefix(channel.columns - 1))
        drawn.withLock { drawn in
            guard drawn != text else { return }
            _ = channel.write(Self.clear + text)
            drawn = text
        }
    }

    /// Writes a line that stays, above the one that is redrawn.
    func say(_ line: String) {
        let line = line.hasSuffix("\n") ? line : line + "\n"
        drawn.withLock { drawn in
            _ = channel.write(drawn.isEmpty ? line : Self.clear + line + drawn)
        }
    }

    /// Takes the redrawn line away.
    func end() { draw("") }
}
