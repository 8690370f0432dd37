internal import Glibc

/// A temporary folder with the files of an example, which is removed at the end.
public struct Workplace: Sendable {
    private let folder: String

    /// Makes the folder, runs the example in it and removes it.
    public static func with(_ body: (Workplace) async throws -> Void) async throws {
        var template = Array("/tmp/integration-example-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw WorkplaceError(what: "no temporary folder can be made") }
        let place = Workplace(folder: String(cString: made))
        defer { place.remove() }
        try await body(place)
    }

    public func path(_ name: String) -> String { folder + "/" + name }

    public func write(_ name: String, _ text: String) throws {
        guard let file = fopen(path(name), "w") else { throw WorkplaceError(what: "\(name) can't be written") }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw WorkplaceError(what: "\(name) can't be written") }
    }

    /// The lines of a file; none where it is not there.
    public func lines(_ name: String) throws -> [String] {
        guard let file = fopen(path(name), "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Prints a file under its name.
    public func show(_ name: String) throws {
        print("\(name):")
        for line in try lines(name) { print("  \(line)") }
    }

    private func remove() {
        guard let entries = opendir(folder) else { return }
        defer {
            closedir(entries)
            rmdir(folder)
        }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink(path(name)) }
        }
    }
}

struct WorkplaceError: Error { var what: String }
