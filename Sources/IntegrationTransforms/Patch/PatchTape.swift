internal import IntegrationDocument

/// A document that operations change one after another: the words of its tape in one piece, and used again for the
/// next message. An operation moves the words behind its place and changes the spans of its ancestors; nothing else is
/// read, decoded or copied.
struct PatchTape {
    /// Why an operation can't be done.
    enum Refusal: Error {
        /// The pointer leads nowhere at the token that so many come before.
        case nowhere([JSONPointer.Token], depth: Int)
        /// What `test` found is something else.
        case different(place: Int)
        /// The document would be nested more deeply than `deepest`.
        case depth
        /// The document would have more than `mostWords`.
        case size
        /// The operations have cost more than `mostWork`.
        case work
    }

    /// Most levels of arrays and objects.
    static let deepest = 128
    /// Most words of the document.
    static let mostWords = 1 << 22
    /// Most members passed and words compared, or four times as many moved, for one message.
    static let mostWork = 1 << 24

    private(set) var words: [Word] = []
    private let bases: UnsafePointer<UnsafePointer<UInt8>>
    /// Containers from the root to the one that holds what was found last.
    private(set) var trail: [Int] = []
    private var work = 0

    /// - Parameter bases: those of the arena that all documents and values stand in.
    init(bases: UnsafePointer<UnsafePointer<UInt8>>) { self.bases = bases }

    mutating func load(_ root: View) {
        words.removeAll(keepingCapacity: true)
        words.append(contentsOf: UnsafeBufferPointer(start: root.pointer, count: root.word.extent))
        trail.removeAll(keepingCapacity: true)
        work = 0
    }

    /// Calls `body` with the value at a place.
    func withView<R>(at place: Int, _ body: (View) -> R) -> R {
        words.withUnsafeBufferPointer { body(View($0.baseAddress.unsafelyUnwrapped + place, bases)) }
    }

    // MARK: Operations

    /// RFC 6902, 4.1.
    mutating func add(
        _ tokens: [JSONPointer.Token], key: Word, _ value: borrowing [Word]
    ) throws(Refusal) {
        guard let last = tokens.last else {
            // No container holds the whole, whatever an operation before this one went through.
            trail.removeAll(keepingCapacity: true)
            return try put(value, in: 0..<words.count, growing: 0)
        }
        let parent = try find(tokens.dropLast())
        let container = words[parent]
        let end = parent + container.extent
        switch container.kind {
        case .object:
            if let member = try child(last, of: parent) {
                trail.append(parent)
                try put(value, in: member..<(member + words[member].extent), growing: 0)
            } else {
                trail.append(parent)
                try put([key] + value, in: end..<end, growing: 1)
            }
        case .array:
            let place = try last.isEnd || last.index == container.count ? end : child(last, of: parent)
            guard let place else { throw .nowhere(tokens, depth: tokens.count - 1) }
            trail.append(parent)
            try put(value, in: place..<place, growing: 1)
        default: throw .nowhere(tokens, depth: tokens.count - 1)
        }
    }

    /// RFC 6902, 4.2. Of members of one name, the last of which is the value, none stays.
    ///
    /// - Returns: what was there.
    @discardableResult
    mutating func remove(_ tokens: [JSONPointer.Token]) throws(Refusal) -> [Word] {
        let place = try find(tokens[...])
        let value = Array(words[place..<(place + words[place].extent)])
        guard let parent = trail.last, let token = tokens.last else { return value }
        let isMember = words[parent].kind == .object
        var next: Int? = place
        while let place = next {
            let end = place + words[place].extent
            try put([], in: (isMember ? place - 1 : place)..<end, growing: -1)
            next = isMember ? try child(token, of: parent) : nil
        }
        return value
    }

    /// RFC 6902, 4.3.
    mutating func replace(_ tokens: [JSONPointer.Token], _ value: borrowing [Word]) throws(Refusal) {
        let place = try find(tokens[...])
        try put(value, in: place..<(place + words[place].extent), growing: 0)
    }

    /// The value at a place, for RFC 6902, 4.5.
    mutating func value(_ tokens: [JSONPointer.Token]) throws(Refusal) -> [Word] {
        let place = try find(tokens[...])
        return Array(words[place..<(place + words[place].extent)])
    }

    /// RFC 6902, 4.6.
    mutating func test(_ tokens: [JSONPointer.Token], _ value: borrowing [Word]) throws(Refusal) {
        let place = try find(tokens[...])
        try spend(min(words[place].extent, value.count))
        let isEqual = withView(at: place) { found in
            value.withUnsafeBufferPointer { found.isEqual(to: View($0.baseAddress.unsafelyUnwrapped, bases)) }
        }
        guard isEqual else { throw .different(place: place) }
    }

    // MARK: Places

    /// Follows tokens from the root; `trail` then holds the containers on the way.
    mutating func find(_ tokens: ArraySlice<JSONPointer.Token>) throws(Refusal) -> Int {
        trail.removeAll(keepingCapacity: true)
        var place = 0
        for token in tokens {
            guard let next = try child(token, of: place) else { throw .nowhere(Array(tokens), depth: trail.count) }
            trail.append(place)
            place = next
        }
        return place
    }

    private mutating func child(_ token: JSONPointer.Token, of place: Int) throws(Refusal) -> Int? {
        let container = words[place]
        switch container.kind {
        case .object:
            try spend(container.count)
            return withView(at: place) { view in
                token.bytes.withUnsafeBufferPointer { view.member($0) }.map { place + ($0.pointer - view.pointer) }
            }
        case .array:
            guard let index = token.index, index < container.count else { return nil }
            try spend(index)
            return withView(at: place) { view in view[index].map { place + ($0.pointer - view.pointer) } }
        default: return nil
        }
    }

    /// Puts words in the place of others, and makes the containers of `trail` fit.
    ///
    /// - Parameter growing: how many members or elements the innermost container has more.
    private mutating func put(
        _ new: borrowing [Word], in range: Range<Int>, growing count: Int
    ) throws(Refusal) {
        try spend((words.count - range.lowerBound + new.count) / 4 + 1)
        guard words.count - range.count + new.count <= Self.mostWords else { throw .size }
        if new.count > 1 {
            try spend(new.count)
            guard trail.count + Self.height(of: new) <= Self.deepest else { throw .depth }
        } else if trail.count >= Self.deepest, new.first?.isContainer == true {
            throw .depth
        }
        words.replaceSubrange(range, with: copy new)
        for place in trail {
            let old = words[place]
            let grown = place == trail.last ? count : 0
            words[place] = Word(
                container: old.kind, count: old.count + grown, span: old.span + new.count - range.count)
        }
    }

    private mutating func spend(_ more: Int) throws(Refusal) {
        work += more
        guard work <= Self.mostWork else { throw .work }
    }

    /// Levels of containers in a value, or in a member with its key.
    private static func height(of words: borrowing [Word]) -> Int {
        var ends: [Int] = []
        var height = 0
        for index in 0..<words.count where words[index].isContainer {
            while let end = ends.last, end <= index { ends.removeLast() }
            ends.append(index + words[index].extent)
            height = max(height, ends.count)
        }
        return height
    }
}
