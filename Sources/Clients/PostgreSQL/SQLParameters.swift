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

    /// - Parameter text: without NUL, at which libpq would take it to end.
    public mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        starts.append(bytes.count)
        bytes.append(contentsOf: text)
        bytes.append(0)
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

    /// The text of a parameter; nil for NULL. Valid during the call.
    public func withText<R>(_ row: Int, _ column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        let place = row * width + column
        guard starts[place] >= 0 else { return body(nil) }
        return bytes.withUnsafeBufferPointer { all in
            var end = starts[place]
            while all[end] != 0 { end += 1 }
            return body(UnsafeBufferPointer(rebasing: all[starts[place]..<end]))
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
