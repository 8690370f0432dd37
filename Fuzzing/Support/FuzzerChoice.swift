internal import Glibc

/// The fuzzer of an executable that the environment names.
package enum FuzzerChoice {
    package static func chosen(of all: [any Fuzzer.Type]) -> any Fuzzer.Type {
        let name = getenv("INTEGRATION_FUZZER").map { String(cString: $0) } ?? ""
        guard let fuzzer = all.first(where: { $0.name == name }) else {
            fatalError("INTEGRATION_FUZZER must be one of \(all.map { $0.name }.joined(separator: ", "))")
        }
        return fuzzer
    }
}
