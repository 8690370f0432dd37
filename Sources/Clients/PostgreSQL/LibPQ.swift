internal import CLibPQ
public import IntegrationCore

/// The C library, which is loaded at first use.
public enum LibPQ {
    /// - Throws: `sqlLibraryMissing`.
    public static func load() throws(IntegrationError) { try check(clibpq_load()) }

    /// Loads it from another file; the one that was loaded before stays where that does not go.
    package static func load(from file: String) throws(IntegrationError) { try check(clibpq_load_from(file)) }

    private static func check(_ reason: UnsafePointer<CChar>?) throws(IntegrationError) {
        guard let reason else { return }
        throw IntegrationError(
            .sqlLibraryMissing, "libpq can't be loaded", causes: [String(cString: reason)])
    }
}
