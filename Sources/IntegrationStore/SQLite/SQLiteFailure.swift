internal import CSQLite
internal import Glibc
internal import IntegrationCore

extension IntegrationError {
    /// What a result code of SQLite means for `file`.
    ///
    /// - Parameters:
    ///   - result: the extended result code.
    ///   - system: the system's `errno` of the failure, 0 where there was none.
    static func sqlite(_ result: Int32, _ words: String, system: Int32, file: String) -> IntegrationError {
        let primary = result & 0xFF
        let code: ErrorCode
        switch primary {
        case SQLITE_FULL: code = .storageFull
        case _ where system == ENOSPC || system == EDQUOT: code = .storageFull
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT: code = .storeDamaged
        // Our statements fit our layout: where one does not, the layout was damaged.
        case SQLITE_ERROR
        where words.contains("no such column") || words.contains("no such table")
            || words.contains("has no column"):
            code = .storeDamaged
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY: code = .storeUnusable
        case SQLITE_TOOBIG: code = .storeRefused
        default: code = .storageFailed
        }
        return IntegrationError(
            code, "\(file): \(words)", nativeCode: "SQLite \(result)",
            causes: system == 0 ? [] : [String(cString: strerror(system))])
    }

    /// Whether one change was refused, rather than the store unable to work.
    var refusesChange: Bool {
        switch code {
        case .leaseLost, .stateConflict, .queueFull, .storeRefused: true
        default: false
        }
    }
}
