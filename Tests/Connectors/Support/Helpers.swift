internal import Glibc
public import IntegrationCore
internal import IntegrationDocument
internal import Logging

extension FlowContext {
    /// A context whose log goes nowhere.
    public static func quiet(
        clock: any TimeSource = SystemClock(), shutdown: ShutdownSignal = ShutdownSignal(), sources: [String] = []
    ) -> FlowContext {
        FlowContext(
            flow: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock,
            shutdown: shutdown, sources: sources)
    }
}

/// A message as a test looks at it.
public struct Received: Sendable, Equatable {
    public var id: MessageID
    /// The body; broken UTF-8 is mended.
    public var text: String
    public var count: Int
    public var metadata: String?
    /// The code of its failure.
    public var failure: ErrorCode?
    /// The delivery that it came in, from 0.
    public var delivery: Int
    public var origin: Int
}

extension Received {
    private init(_ message: Message, _ arena: Arena, delivery: Int, failure: ErrorCode? = nil) {
        let bytes = arena.bytes(message.bytes ?? message.original)
        self.init(
            id: message.id, text: String(decoding: bytes, as: UTF8.self), count: bytes.count,
            metadata: message.metadata.map { Document(copying: arena.view($0)).json }, failure: failure,
            delivery: delivery, origin: message.origin)
    }

    /// The messages of a batch, failures too, in the order of their origins.
    public static func all(of batch: Batch, delivery: Int) -> [Received] {
        let live = batch.messages.map { Received($0, batch.arena, delivery: delivery) }
        let failed = batch.failures.map {
            Received($0.message, batch.arena, delivery: delivery, failure: $0.error.code)
        }
        return (live + failed).sorted { $0.origin < $1.origin }
    }
}

extension Source {
    /// Takes everything, as one lane does; every delivery is accepted.
    ///
    /// - Parameter limit: most deliveries taken.
    public func drain(in context: FlowContext = .quiet(), limit: Int = .max) async throws -> [Received] {
        try await withReceiver(in: context) { receiver in
            var all: [Received] = []
            var number = 0
            while number < limit, var delivery = try await receiver.receive() {
                var batch = delivery.takeBatch()
                if let decoder { try decoder.process(&batch, in: context) }
                all += Received.all(of: batch, delivery: number)
                delivery.settle(.accepted)
                number += 1
            }
            return all
        }
    }
}

extension Batch {
    /// Messages with these bodies.
    public init(_ texts: [String]) {
        let arena = Arena()
        var bytes: [UInt8] = []
        var messages: [Message] = []
        for (index, text) in texts.enumerated() {
            let body = Slice(base: Arena.sourceBase, offset: bytes.count, length: text.utf8.count)
            messages.append(Message(id: MessageID(high: 1, low: UInt64(index)), origin: index, body: body))
            bytes += Array(text.utf8)
        }
        arena.attach(ByteBlock(bytes), as: Arena.sourceBase)
        self.init(arena: arena, messages: messages)
    }
}

/// A folder that is removed at the end of a test.
public final class TemporaryFolder: Sendable {
    public let path: String
    private let goes: Bool

    /// A folder of somebody else's, which stays.
    public init(staying path: String) { (self.path, goes) = (path, false) }

    public init() {
        goes = true
        var template = Array("/tmp/integration-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder can be made") }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    deinit { if goes { Self.remove(path) } }

    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ name: String, _ text: String) -> String { write(name, bytes: Array(text.utf8)) }

    @discardableResult
    public func write(_ name: String, bytes: [UInt8]) -> String {
        put(file(name), bytes, O_CREAT | O_WRONLY | O_TRUNC)
        return file(name)
    }

    public func append(_ name: String, _ text: String) {
        put(file(name), Array(text.utf8), O_CREAT | O_WRONLY | O_APPEND)
    }

    public func read(_ name: String) -> String? { Self.contents(of: file(name)) }

    /// A file as text; nil where it can't be read.
    public static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(descriptor, &part, part.count), count > 0 { all += part[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    public func makeFolder(_ name: String, mode: UInt32 = 0o755) { mkdir(file(name), mode) }

    public func rename(_ name: String, to other: String) { Glibc.rename(file(name), file(other)) }

    public func remove(_ name: String) { unlink(file(name)) }

    /// Names in the folder, sorted.
    public var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func put(_ path: String, _ bytes: [UInt8], _ flags: Int32) {
        let descriptor = open(path, flags, 0o644)
        precondition(descriptor >= 0, "\(path) can't be written")
        defer { close(descriptor) }
        var written = 0
        bytes.withUnsafeBytes { bytes in
            while let start = bytes.baseAddress, written < bytes.count {
                let count = Glibc.write(descriptor, start + written, bytes.count - written)
                precondition(count > 0, "\(path) can't be written")
                written += count
            }
        }
    }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(folder) {
            let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            if isFolder { remove("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}

/// What a call throws as an `IntegrationError`; nil where it throws nothing or something else.
public func failure(of body: () async throws -> Void) async -> IntegrationError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? IntegrationError
    }
}
