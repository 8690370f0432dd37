internal import Glibc
public import IntegrationDocument

/// A file with one JSON text a line, in memory.
public struct OrderLines {
    public let block: ByteBlock
    /// The lines, as slices of the base of an arena's own bytes.
    public let slices: [Slice]

    /// Why a file can't be read.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public init(path: String) throws(Failure) {
        block = try Self.read(path)
        var slices: [Slice] = []
        var start = 0
        while start < block.count, let end = memchr(block.start + start, 10, block.count - start) {
            let offset = UnsafePointer(end.assumingMemoryBound(to: UInt8.self)) - block.start
            slices.append(Slice(base: Arena.sourceBase, offset: start, length: offset - start))
            start = offset + 1
        }
        self.slices = slices
    }

    /// The bytes of a file.
    public static func read(_ path: String) throws(Failure) -> ByteBlock {
        guard let file = fopen(path, "r") else {
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let size = ftell(file)
        rewind(file)
        return ByteBlock(capacity: size) { fread($0.baseAddress, 1, size, file) }
    }
}
