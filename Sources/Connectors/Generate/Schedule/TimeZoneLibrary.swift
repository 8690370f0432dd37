#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Why the rules of a time zone cannot be had.
package struct TimeZoneError: Error, Sendable, Equatable {
    package let message: String
}

/// The time zone database of a machine: a folder of TZif files. Reads a file each time that it is asked.
package struct TimeZoneLibrary: Sendable {
    /// The folder; the name of a zone is a path in it.
    package let folder: String

    /// The system's own, of Debian's package `tzdata`.
    package static let system = TimeZoneLibrary(folder: "/usr/share/zoneinfo")

    /// The largest file that is read; the largest real one has less than 4 KiB.
    private static let sizeLimit = 1 << 20

    package init(folder: String) {
        self.folder = folder
    }

    /// The rules of a zone such as `Europe/Lisbon`; `UTC` needs no file.
    ///
    /// - Throws: That there is no such zone, or that its file is damaged.
    package func rules(named name: String) throws(TimeZoneError) -> TimeZoneRules {
        if name == "UTC" { return .utc }
        guard Self.isName(name) else { throw TimeZoneError(message: "`\(name)` is no name of a time zone") }
        guard let bytes = Self.contents(of: "\(folder)/\(name)") else {
            throw TimeZoneError(message: "there is no time zone `\(name)` in \(folder)")
        }
        return try TimeZoneFile.rules(bytes, name: name)
    }

    /// Letters, digits and `_ - +` in parts between slashes: never a way out of the folder.
    private static func isName(_ name: String) -> Bool {
        name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                        UInt8(ascii: "+"):
                        true
                    default: false
                    }
                }
        }
    }

    /// The bytes of a regular file, or `nil` where there is none that can be read whole.
    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
            information.st_size <= sizeLimit
        else { return nil }
        let size = Int(information.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = read(descriptor, buffer.baseAddress! + count, size - count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                count += got
            }
        }
        return bytes.count == size ? bytes : nil
    }
}
