internal import IntegrationDocument
internal import IntegrationPatterns

extension Validator {
    @inline(__always)
    mutating func check(_ rules: UnsafePointer<StringRules>, _ at: WordPointer) -> Bool {
        let word = at.pointee
        guard word.kind == .string else { return checkEscaped(rules, at) }
        return check(rules, UnsafeBufferPointer(start: text(of: word), count: word.length))
    }

    @inline(never)
    private mutating func checkEscaped(_ rules: UnsafePointer<StringRules>, _ at: WordPointer) -> Bool {
        // A copy, because the closure can't take `self` along while it is changed.
        var copy = self
        let verdict = view(at).withDecodedText { copy.check(rules, $0) }
        stop = copy.stop
        return verdict
    }

    @inline(__always)
    private mutating func check(_ rules: UnsafePointer<StringRules>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // A code point has one to four bytes.
        let least = rules.pointee.minLength
        if least > 0 {
            guard text.count >= least else { return false }
            if text.count < least &* 4, Self.codePoints(text) < least { return false }
        }
        let most = rules.pointee.maxLength
        if text.count > most {
            guard text.count <= most &* 4, Self.codePoints(text) <= most else {
                return false
            }
        }
        if let pattern = rules.pointee.pattern, !matches(pattern, text) { return false }
        if let format = rules.pointee.format, !format.accepts(text) { return false }
        return rules.pointee.content.isEmpty || rules.pointee.content.failure(of: text) == nil
    }

    @inline(__always)
    mutating func matches(_ pattern: Unmanaged<SchemaPattern>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let verdict: Bool? = pattern._withUnsafeGuaranteedRef { pattern in
            do { return try pattern.pattern.matches(text) } catch { return nil }
        }
        if let verdict { return verdict }
        if stop == nil { stop = .pattern }
        return false
    }

    /// Number of code points: bytes that do not go on with one.
    static func codePoints(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        guard let start = text.baseAddress else { return 0 }
        var count = text.count
        var at = 0
        while at &+ 8 <= text.count {
            let bytes = UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self)
            // Bytes 10xxxxxx: the top bit is set and the next is not.
            count &-= (bytes & ~(bytes &<< 1) & 0x8080_8080_8080_8080).nonzeroBitCount
            at &+= 8
        }
        while at < text.count {
            if start[at] & 0xC0 == 0x80 { count &-= 1 }
            at &+= 1
        }
        return count
    }
}
