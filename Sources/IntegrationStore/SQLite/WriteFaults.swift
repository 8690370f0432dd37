#if DEBUG

    internal import CSQLite
    internal import Glibc
    internal import IntegrationCore

    /// Lets the failpoints `store-append` (the log) and `store-checkpoint` (the file) stand in the middle of a write.
    ///
    /// SQLite's own door for this (`xSetSystemCall`) is used; without such a fault nothing is changed.
    enum WriteFaults {
        private typealias Write = @convention(c) (Int32, UnsafeRawPointer?, Int, off_t) -> Int

        /// True once the calls go through here.
        static let isInstalled: Bool = {
            guard let points = FailPoints.armed,
                points.waits(at: "store-append") || points.waits(at: "store-checkpoint")
            else { return false }
            let system = sqlite3_vfs_find(nil)
            let write: Write = { WriteFaults.write($0, $1, $2, $3) }
            for name in ["pwrite", "pwrite64"] {
                _ = system?.pointee.xSetSystemCall?(system, name, unsafeBitCast(write, to: sqlite3_syscall_ptr.self))
            }
            return true
        }()

        private static func write(_ handle: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ place: off_t) -> Int {
            guard let stage = stage(of: handle), let action = FailPoints.armed?.due(stage) else {
                return pwrite(handle, bytes, count, place)
            }
            switch action {
            case .errno(let number):
                errno = number
                return -1
            case .kill:
                // Half of it is there.
                _ = pwrite(handle, bytes, count / 2, place)
                kill(getpid(), SIGKILL)
            case .error: break
            default: FailPoints.perform(action)
            }
            return pwrite(handle, bytes, count, place)
        }

        /// By the name of the file; nil for the log's index and whatever else SQLite writes.
        private static func stage(of handle: Int32) -> String? {
            let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
                let count = path.baseAddress.map { readlink("/proc/self/fd/\(handle)", $0, path.count) } ?? 0
                return String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            if name.hasSuffix("-wal") { return "store-append" }
            return name.hasSuffix(".db") ? "store-checkpoint" : nil
        }
    }

#endif
