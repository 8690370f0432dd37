internal import Glibc
internal import IntegrationDocument
internal import IntegrationPatterns

/// One evaluation of a compiled path over one document.
///
/// Walks depth first, which gives the order of RFC 9535 (2.1.2) without lists between the segments. A tape needs no
/// recursion for descendants: all containers below a value are the container words of its span, parents first.
struct PathRun {
    let tables: PathTables
    let root: UnsafePointer<Word>
    let bases: UnsafePointer<UnsafePointer<UInt8>>
    /// Steps that are left; below zero the evaluation is given up.
    var steps: Int
    /// The last pattern that came out of the document.
    var lastDynamic: DynamicPattern?

    /// A compiled pattern and the text it was made of.
    final class DynamicPattern {
        let text: [UInt8]
        let isWhole: Bool
        let pattern: Pattern?

        init(text: [UInt8], isWhole: Bool) {
            self.text = text
            self.isWhole = isWhole
            pattern = PathPattern.compile(String(decoding: text, as: UTF8.self), isWhole: isWhole, isDynamic: true)
        }
    }

    init(_ tables: PathTables, root: View, steps: Int) {
        self.tables = tables
        self.root = root.pointer
        bases = root.bases
        self.steps = steps
    }

    /// What happens to the values that a query selects.
    struct Sink {
        enum Mode { case collect, count, atMostTwo, exists }
        let mode: Mode
        var count = 0
        /// The first one.
        var first: UnsafePointer<Word>?
        var nodes: UnsafeMutablePointer<NodeList>?
        let limit: Int

        init(_ mode: Mode) {
            self.mode = mode
            nodes = nil
            limit = mode == .exists ? 1 : mode == .atMostTwo ? 2 : .max
        }

        init(collecting nodes: UnsafeMutablePointer<NodeList>, limit: Int) {
            mode = .collect
            self.nodes = nodes
            self.limit = limit
        }

        /// Takes a value; false where no more are wanted.
        @inline(__always)
        mutating func take(_ node: UnsafePointer<Word>) -> Bool {
            if count == 0 { first = node }
            count &+= 1
            nodes?.pointee.append(node)
            return count < limit
        }
    }

    // MARK: Singular queries

    /// Follows names and indexes to the one value they lead to (RFC 9535, 2.3.5.1).
    @inline(__always)
    func chase(_ query: PathQuery, from start: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        chase(segments: Int(query.first), Int(query.end), from: start)
    }

    func chase(segments first: Int, _ end: Int, from start: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        var at = start
        var index = first
        while index < end {
            let next: UnsafePointer<Word>?
            switch tables.selectors[Int(tables.segments[index].first)] {
            case .name(let name): next = member(name, of: at)
            case .index(let position): next = element(position, of: at)
            default: return nil
            }
            guard let next else { return nil }
            at = next
            index &+= 1
        }
        return at
    }

    /// The last member of an object with this name.
    @inline(__always)
    func member(_ name: PathName, of object: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        let word = object.pointee
        guard word.kind == .object else { return nil }
        let length = Int(name.length)
        let mask: UInt64 = length >= 8 ? .max : (1 &<< (UInt64(length) &<< 3)) &- 1
        let text = tables.bases[0] + Int(name.offset)
        var found: UnsafePointer<Word>?
        var at = object + 1
        let end = at + word.span
        while at < end {
            let key = at.pointee
            if key.kind == .string {
                if key.length == length {
                    let bytes = bases[key.base] + key.offset
                    // Every base has room behind its end.
                    let head = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self) & mask
                    if head == name.head, length <= 8 || memcmp(bytes, text, length) == 0 { found = at + 1 }
                }
            } else if isEscapedKey(key, text, length) {
                found = at + 1
            }
            at += 1 &+ at[1].extent
        }
        return found
    }

    @inline(never)
    private func isEscapedKey(_ key: Word, _ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        withUnsafePointer(to: key) { key in
            View(key, bases).withDecodedBytes {
                $0.count == length && memcmp($0.baseAddress ?? text, text, length) == 0
            }
        }
    }

    /// The element of an array at `position`, from the end where it is negative.
    func element(_ position: Int, of array: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        let word = array.pointee
        guard word.kind == .array else { return nil }
        let index = position < 0 ? position &+ word.count : position
        guard index >= 0, index < word.count else { return nil }
        var at = array + 1
        if word.span == word.count { return at + index }
        for _ in 0..<index { at += at.pointee.extent }
        return at
    }

    // MARK: All queries

    /// Applies the segments from `segment` on to `node`; false where the sink wants no more or the budget is used up.
    mutating func walk(_ node: UnsafePointer<Word>, _ segment: Int, _ end: Int, _ sink: inout Sink) -> Bool {
        if segment == end { return sink.take(node) }
        let current = tables.segments[segment]
        guard current.isDescendant else { return select(node, current, segment, end, &sink) }
        let word = node.pointee
        guard word.isContainer else { return true }
        var at = node
        let last = node + word.span
        while at <= last {
            if at.pointee.isContainer {
                guard select(at, current, segment, end, &sink) else { return false }
            }
            steps &-= 1
            at += 1
        }
        return steps >= 0
    }

    private mutating func select(
        _ node: UnsafePointer<Word>, _ current: PathSegment, _ segment: Int, _ end: Int, _ sink: inout Sink
    ) -> Bool {
        let word = node.pointee
        guard word.isContainer else { return true }
        for index in Int(current.first)..<Int(current.end) {
            switch tables.selectors[index] {
            case .name(let name):
                steps &-= word.kind == .object ? word.count &+ 1 : 1
                guard steps >= 0 else { return false }
                if let found = member(name, of: node) {
                    guard walk(found, segment &+ 1, end, &sink) else { return false }
                }
            case .index(let position):
                steps &-= word.kind == .array ? min(abs(position), word.count) &+ 1 : 1
                guard steps >= 0 else { return false }
                if let found = element(position, of: node) {
                    guard walk(found, segment &+ 1, end, &sink) else { return false }
                }
            case .wildcard:
                guard forEachChild(node, segment, end, &sink, filter: -1) else { return false }
            case .filter(let test):
                guard forEachChild(node, segment, end, &sink, filter: Int(test)) else { return false }
            case .slice(let slice):
                guard self.slice(slice, node, segment, end, &sink) else { return false }
            }
        }
        return true
    }

    /// - Parameter filter: index of the test that a child must pass; -1 for none.
    @inline(__always)
    private mutating func forEachChild(
        _ node: UnsafePointer<Word>, _ segment: Int, _ end: Int, _ sink: inout Sink, filter: Int
    ) -> Bool {
        let word = node.pointee
        let isObject = word.kind == .object
        var at = node + 1
        let last = at + word.span
        while at < last {
            if isObject { at += 1 }
            steps &-= 1
            guard steps >= 0 else { return false }
            if filter < 0 || passes(filter, at) {
                guard steps >= 0, walk(at, segment &+ 1, end, &sink) else { return false }
            }
            at += at.pointee.extent
        }
        return true
    }

    /// A slice (RFC 9535, 2.3.4.2.2).
    private mutating func slice(
        _ slice: PathSlice, _ node: UnsafePointer<Word>, _ segment: Int, _ end: Int, _ sink: inout Sink
    ) -> Bool {
        let word = node.pointee
        guard word.kind == .array, slice.step != 0 else { return true }
        let count = word.count
        steps &-= count &+ 1
        guard steps >= 0 else { return false }
        func clamp(_ bound: Int, _ low: Int, _ high: Int) -> Int {
            min(max(bound >= 0 ? bound : bound + count, low), high)
        }
        if slice.step > 0 {
            let lower = clamp(slice.start ?? 0, 0, count)
            let upper = clamp(slice.end ?? count, 0, count)
            var at = node + 1
            var wanted = lower
            var index = 0
            while wanted < upper {
                while index < wanted {
                    at += at.pointee.extent
                    index &+= 1
                }
                guard walk(at, segment &+ 1, end, &sink) else { return false }
                wanted = slice.step > upper - wanted ? upper : wanted + slice.step
            }
            return true
        }
        let upper = clamp(slice.start ?? count - 1, -1, count - 1)
        let lower = slice.end.map { clamp($0, -1, count - 1) } ?? -1
        guard upper > lower else { return true }
        return withUnsafeTemporaryAllocation(of: UnsafePointer<Word>.self, capacity: count) { elements in
            var at = node + 1
            for index in 0..<count {
                elements[index] = at
                at += at.pointee.extent
            }
            var wanted = upper
            while wanted > lower {
                guard walk(elements[wanted], segment &+ 1, end, &sink) else { return false }
                wanted = -slice.step > wanted - lower ? lower : wanted + slice.step
            }
            return true
        }
    }
}
