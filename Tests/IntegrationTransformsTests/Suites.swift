import Glibc
import IntegrationDocument

/// The public suites that conformance tests read. They are not part of the package.
enum Suites {
    /// The folder of the suites: `INTEGRATION_SUITES`, else `../shared/suites` beside the package.
    static let folder: String = {
        if let set = getenv("INTEGRATION_SUITES") { return String(cString: set) }
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/") + "/shared/suites"
    }()

    /// Whether a file of a suite can be read; where not, says so on standard error.
    static func has(_ path: String) -> Bool {
        if access(folder + "/" + path, R_OK) == 0 { return true }
        let line = "SKIPPED: no suite at \(folder)/\(path); set INTEGRATION_SUITES to run it\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        return false
    }

    /// The bytes of a file.
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(folder + "/" + path, "rb") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return bytes
    }

    struct Unreadable: Error { var path: String }
}
