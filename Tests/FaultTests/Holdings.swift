import Glibc
import Testing

/// What a process holds.
struct Holdings: CustomStringConvertible {
    var residentBytes: Int
    var descriptors: Int

    init(of process: pid_t) throws {
        let pages = try Folder.read("/proc/\(process)/statm").split(separator: " ")
        residentBytes = try #require(pages.count > 1 ? Int(pages[1]) : nil) * Int(getpagesize())
        let folder = try #require(opendir("/proc/\(process)/fd"))
        defer { closedir(folder) }
        descriptors = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { descriptors += 1 }
        }
    }

    var description: String { "\(residentBytes >> 10) KiB, \(descriptors) descriptors" }
}
