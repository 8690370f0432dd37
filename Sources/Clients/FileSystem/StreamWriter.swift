internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Writes whole blocks to an open descriptor, such as standard output, on a thread of its own.
public actor StreamWriter {
    private let executor: ThreadExecutor
    private let descriptor: Int32
    private let name: String
    private let interrupt: Interrupt
    /// Most bytes that a pipe or terminal which is ready takes without waiting (PIPE_BUF); nil: any number.
    private let part: Int?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - descriptor: stays open.
    ///   - name: what errors call it.
    ///   - interrupt: its signal ends a write that waits for a reader.
    public init(_ descriptor: Int32, name: String, interrupt: Interrupt) throws(IntegrationError) {
        executor = try ThreadExecutor()
        self.descriptor = descriptor
        self.name = name
        self.interrupt = interrupt
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        part = isRegular ? nil : Int(PIPE_BUF)
    }

    /// Writes a block whole; several callers' blocks stand one after another.
    ///
    /// - Throws: `outputClosed` where nobody reads any more; of the block a beginning may have been read.
    public func write(_ bytes: ByteBlock) throws(IntegrationError) {
        var written = 0
        while written < bytes.count {
            if part != nil, interrupt.wait(for: descriptor, POLLOUT) == .interrupted {
                throw IntegrationError(.streamFailed, "\(name) was not read while the flow stopped")
            }
            let count = Glibc.write(
                descriptor, bytes.start + written, min(bytes.count - written, part ?? Int.max))
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR, EAGAIN: continue
            case EPIPE: throw IntegrationError(.outputClosed, "nobody reads \(name) any more", nativeCode: "\(EPIPE)")
            default: throw .file(.streamFailed, "written", name, errno: errno)
            }
        }
    }
}
