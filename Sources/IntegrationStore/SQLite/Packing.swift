/// How resume points and ranges are stored: numbers as LEB128, texts and bytes behind their length.
enum Packing {
    static func pack(_ points: [ResumePoint]) -> [UInt8]? {
        guard !points.isEmpty else { return nil }
        var out: [UInt8] = []
        append(UInt64(points.count), to: &out)
        for point in points {
            append(Array(point.destination.utf8), to: &out)
            out.append(point.body == nil ? 0 : 1)
            if let body = point.body { append(body, to: &out) }
        }
        return out
    }

    /// - Returns: nil where the bytes are not what `pack` writes.
    static func resumePoints(_ bytes: UnsafeRawBufferPointer) -> [ResumePoint]? {
        guard !bytes.isEmpty else { return [] }
        var rest = bytes[...]
        guard let count = number(&rest), count <= UInt64(bytes.count) else { return nil }
        var points: [ResumePoint] = []
        for _ in 0..<count {
            guard let name = block(&rest), let hasBody = rest.popFirst() else { return nil }
            guard hasBody != 0 else {
                points.append(ResumePoint(destination: String(decoding: name, as: UTF8.self), body: nil))
                continue
            }
            guard let body = block(&rest) else { return nil }
            points.append(ResumePoint(destination: String(decoding: name, as: UTF8.self), body: Array(body)))
        }
        return points
    }

    /// Each range as its distance from the one before and its length.
    static func pack(_ set: IntervalSet) -> [UInt8] {
        var out: [UInt8] = []
        var last: UInt64 = 0
        for range in set.ranges {
            append(range.lowerBound - last, to: &out)
            append(range.upperBound - range.lowerBound, to: &out)
            last = range.upperBound
        }
        return out
    }

    /// - Returns: nil where the bytes are not what `pack` writes.
    static func intervals(_ bytes: UnsafeRawBufferPointer) -> IntervalSet? {
        var rest = bytes[...]
        var set = IntervalSet()
        var last: UInt64 = 0
        while !rest.isEmpty {
            guard let distance = number(&rest), let length = number(&rest) else { return nil }
            let (lower, isTooLow) = last.addingReportingOverflow(distance)
            let (upper, isTooHigh) = lower.addingReportingOverflow(length)
            guard !isTooLow, !isTooHigh else { return nil }
            set.insert(lower..<upper)
            last = upper
        }
        return set
    }

    private static func append(_ bytes: [UInt8], to out: inout [UInt8]) {
        append(UInt64(bytes.count), to: &out)
        out += bytes
    }

    private static func append(_ number: UInt64, to out: inout [UInt8]) {
        var number = number
        while number >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        out.append(UInt8(number))
    }

    private static func number(_ rest: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            let bits = UInt64(byte & 0x7F)
            guard (bits << shift) >> shift == bits else { return nil }
            value |= bits << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private static func block(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer>? {
        guard let count = number(&rest), count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}
