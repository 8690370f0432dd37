internal import Glibc
internal import IntegrationCore

/// Rows of parameters as texts, one behind the other in one block, each with its final NUL as libpq wants it.
public struct SQLParameters: Sendable {
    /// Parameters in a row.
    public let width: Int
    private var bytes: [UInt8] = []
    /// Where each parameter begins; -1 for NULL.
    private var starts: [Int] = []

    public init(width: Int) { self.width = width }

    /// One row of texts.
    public init(_ texts: [String?]) {
        self.init(width: texts.count)
        for text in texts { append(text) }
    }

    public static let none = SQLParameters(width: 0)

    /// Whole rows.
    public var count: Int { width == 0 ? 0 : starts.count / width }
    /// Bytes of all of them.
    public var size: Int { bytes.count }

    public mutating func append(_ text: String?) {
        guard let text else { return appendNull() }
        starts.append(bytes.count)
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    public mutating func appendNull() { starts.append(-1) }

    /// Appends what `body` appends to the text of a parameter.
    ///
    /// - Throws: what `body` throws, and `sqlValueInvalid` for a NUL, at which libpq would take the text to end; nothing is
    ///   appended then.
    mutating func append(_ body: (inout [UInt8]) throws(IntegrationError) -> Void) throws(IntegrationError) {
        let mark = mark
        starts.append(bytes.count)
        do throws(IntegrationError) {
            try body(&bytes)
            let hasNUL = bytes.withUnsafeBytes { all in
                // It is nil where nothing was ever appended.
                all.baseAddress.map { memchr($0 + mark.bytes, 0, all.count - mark.bytes) != nil } ?? false
            }
            guard !hasNUL else {
                throw IntegrationError(
                    .sqlValueInvalid, "holds the character NUL, which no text of PostgreSQL can hold")
            }
            bytes.append(0)
        } catch {
            rewind(to: mark)
            throw error
        }
    }

    /// A place to go back to.
    public struct Mark: Sendable {
        fileprivate let bytes: Int
        fileprivate let starts: Int
    }

    public var mark: Mark { Mark(bytes: bytes.count, starts: starts.count) }

    /// Takes back everything behind `mark`.
    public mutating func rewind(to mark: Mark) {
        bytes.removeLast(bytes.count - mark.bytes)
        starts.removeLast(starts.count - mark.starts)
    }

    /// The text of a parameter, which ends with NUL; nil for NULL. Valid during the call.
    func withPointer<R>(_ row: Int, _ column: Int, _ body: (UnsafePointer<CChar>?) -> R) -> R {
        let start = starts[row * width + column]
        guard start >= 0 else { return body(nil) }
        return bytes.withUnsafeBytes { all in
            body(all.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) })
        }
    }

    /// Calls `body` with pointers to the parameters of several rows, one row behind the other, valid during the call.
    func withPointers<R>(_ rows: Range<Int>, _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        guard width > 0, !rows.isEmpty else { return body(nil) }
        return bytes.withUnsafeBytes { all in
            let pointers = starts[rows.lowerBound * width..<rows.upperBound * width].map { start in
                start < 0 ? nil : all.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
            }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
