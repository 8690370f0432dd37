internal import Glibc
internal import IntegrationCore

/// When a file is closed, renamed and begun anew.
public struct Rotation: Sendable, Hashable {
    /// Begin a new file before one grows beyond this many bytes; a larger batch gets a file of its own.
    public var size: Int?
    /// Begin a new file when something is written to one that is this old.
    public var age: Duration?

    public init(size: Int? = nil, age: Duration? = nil) {
        self.size = size
        self.age = age
    }
}

extension AppendingFile {
    /// `orders.ndjson` becomes `orders-20261123T150649Z.ndjson`, with a number where that is taken.
    func freeName() -> String {
        var seconds = time_t(clock.wallTime.components.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var stamp = [CChar](repeating: 0, count: 32)
        strftime(&stamp, stamp.count, "%Y%m%dT%H%M%SZ", &parts)
        let text = String(decoding: stamp.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[name...].dropFirst().lastIndex(of: ".") ?? path.endIndex
        var free = "\(path[..<dot])-\(text)\(path[dot...])"
        var number = 1
        while access(free, F_OK) == 0 {
            free = "\(path[..<dot])-\(text)-\(number)\(path[dot...])"
            number += 1
        }
        return free
    }
}
