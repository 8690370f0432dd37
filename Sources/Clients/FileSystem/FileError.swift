internal import Glibc
public import IntegrationCore

extension IntegrationError {
    /// What a failed system call on `path` means; `errno` as it was right after the call.
    public static func file(
        _ code: ErrorCode, _ action: String, _ path: String, errno number: Int32
    ) -> IntegrationError {
        let full = number == ENOSPC || number == EDQUOT
        let missing = number == ENOENT && code == .fileUnreadable
        return IntegrationError(
            full ? .diskFull : missing ? .fileNotFound : code, "\(path) can't be \(action)",
            nativeCode: String(number), causes: [String(cString: strerror(number))],
            remedy: number == EFBIG ? "Raise the limit of file sizes (`ulimit -f`), or say `rotate: {size: …}`." : nil)
    }
}
