internal import Glibc
internal import IntegrationCore
internal import IntegrationEngine
internal import ServiceLifecycle

/// Gives the memory back that the program's own code takes, as often as the engine has come to rest.
///
/// Most of what an engine that has nothing to do would hold are pages of the executable that only its start, or its
/// last work, has read. They are the file's and unchanged: what is needed again is mapped again from the page cache.
struct ExecutablePages: Service {
    let engine: Engine
    let clock: any TimeSource

    /// When it looks first; the start is over by then.
    private static let settling = Duration.seconds(2)
    private static let interval = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard await pause(Self.settling) else { return }
            Self.release()
            var seen = received
            var isAtRest = true
            while await pause(Self.interval) {
                let now = received
                if now == seen, !isAtRest { Self.release() }
                isAtRest = now == seen
                seen = now
            }
        }
    }

    private var received: Int { engine.snapshots.reduce(0) { $0 + $1.received } }

    /// False when it is told to stop.
    private func pause(_ duration: Duration) async -> Bool {
        do {
            try await clock.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }

    /// Unmaps the pages of the program's code. Where something stands in the way, they stay.
    static func release() {
        guard let maps = fopen("/proc/self/maps", "r") else { return }
        defer { fclose(maps) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, maps) > 0, let line {
            // start-end rights offset device inode path; the code of the executable is the first that can be run.
            let fields = String(cString: line).split(separator: " ")
            guard fields.count > 5, fields[1] == "r-xp" else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1] else { return }
            _ = madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
            return
        }
    }
}
