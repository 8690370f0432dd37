internal import ArgumentParser
internal import Glibc
internal import IntegrationCore
internal import IntegrationDocument

/// The document that an expression is evaluated on.
struct InputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The file that holds it; standard input when left out.")
    var input: String?

    /// Largest document in bytes; what a document can hold.
    private static let limit = 16 << 20

    /// - Throws: `inputUnreadable`.
    func read() throws(IntegrationError) -> [UInt8] {
        try Self.read(input)
    }

    /// Reads a file; standard input where there is none or it is `-`.
    static func read(_ path: String?) throws(IntegrationError) -> [UInt8] {
        guard let path, path != "-" else { return try read(STDIN_FILENO, name: "standard input") }
        return try read(file: path)
    }

    static func read(file path: String) throws(IntegrationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        return try read(descriptor, name: path)
    }

    private static func read(_ descriptor: Int32, name: String) throws(IntegrationError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(name) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count < limit else {
                throw IntegrationError(.inputUnreadable, "\(name): it is larger than 16 MiB")
            }
        }
    }

    private static func failure(_ name: String) -> IntegrationError {
        IntegrationError(.inputUnreadable, "\(name): \(String(cString: strerror(errno)))")
    }

    /// The input as one JSON value.
    ///
    /// - Throws: `inputUnreadable`, with line and column where it is not JSON.
    func document() throws(IntegrationError) -> Document {
        try Self.parse(try read(), name: input.flatMap { $0 == "-" ? nil : $0 } ?? "standard input")
    }

    /// What a file holds as one JSON value.
    ///
    /// - Throws: as `document()`.
    static func document(file path: String) throws(IntegrationError) -> Document {
        try parse(try read(file: path), name: path)
    }

    private static func parse(_ bytes: [UInt8], name: String) throws(IntegrationError) -> Document {
        do {
            return try Document(bytes)
        } catch {
            throw IntegrationError(.inputUnreadable, "\(name) is not JSON: \(error)")
        }
    }
}
