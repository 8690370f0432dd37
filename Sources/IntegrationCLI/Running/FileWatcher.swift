internal import Dispatch
internal import Glibc
internal import IntegrationCore

/// Tells when one of some files is saved, or a YAML file beside one of them (`inotify(7)`).
///
/// Folders are watched rather than files: most editors write a new file and rename it over the old one.
final class FileWatcher {
    private let descriptor: Int32
    private let source: any DispatchSourceRead
    private let events: AsyncStream<Void>

    /// - Throws: `fileUnreadable` where a folder can't be watched.
    init(files: [String]) throws(IntegrationError) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else {
            throw IntegrationError(.fileUnreadable, "inotify: \(String(cString: strerror(errno)))")
        }
        var watched: [Int32: Set<String>] = [:]
        for file in files {
            let slash = file.utf8.lastIndex(of: UInt8(ascii: "/"))
            let folder = slash.map { String(file[...$0]) } ?? "./"
            let watch = inotify_add_watch(descriptor, folder, UInt32(IN_CLOSE_WRITE | IN_MOVED_TO))
            guard watch >= 0 else {
                let reason = String(cString: strerror(errno))
                close(descriptor)
                throw IntegrationError(.fileUnreadable, "\(folder) can't be watched: \(reason)")
            }
            watched[watch, default: []].insert(slash.map { String(file[file.utf8.index(after: $0)...]) } ?? file)
        }
        let (events, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { [watched] in
            if Self.read(descriptor, watched) { continuation.yield() }
        }
        source.setCancelHandler {
            close(descriptor)
            continuation.finish()
        }
        source.resume()
        self.descriptor = descriptor
        self.source = source
        self.events = events
    }

    deinit { source.cancel() }

    /// Returns when a file has been saved since the last call, or the task is cancelled.
    func wait() async {
        for await _ in events { return }
    }

    /// Takes what has happened; true where one of the files is meant.
    private static func read(_ descriptor: Int32, _ watched: [Int32: Set<String>]) -> Bool {
        var isMeant = false
        let header = MemoryLayout<inotify_event>.size
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while case let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count), count > 0 {
                var offset = 0
                while offset + header <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let bytes = buffer[(offset + header)..<min(count, offset + header + Int(event.len))]
                    let name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    let isYAML = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
                    if watched[event.wd]?.contains(name) == true || (isYAML && !name.hasPrefix(".")) { isMeant = true }
                    offset += header + Int(event.len)
                }
            }
        }
        return isMeant
    }
}
