internal import Glibc

/// Where a member merge happens: the objects from the root down to the one that gets the members.
public struct MergeTarget {
    /// From the root to the target, each inside the one before it.
    public let ancestors: UnsafeBufferPointer<UnsafePointer<Word>>

    public init(ancestors: UnsafeBufferPointer<UnsafePointer<Word>>) { self.ancestors = ancestors }
}

extension Builder {
    /// Copies the document at the head of `target.ancestors` and merges the members of `row` into its last object.
    ///
    /// The merge is shallow: a member is taken over whole. Only the ancestors' spans change, so that the rest is
    /// copied as it stands.
    ///
    /// - Parameters:
    ///   - row: an object; its bytes stand in base `base` of this arena, or elsewhere where `base` is nil, and are
    ///     then copied into scratch.
    ///   - overwrites: whether members of the row replace members of the same name; otherwise those that exist win.
    public mutating func copy(
        _ target: MergeTarget, merging row: View, base: Int?, overwrites: Bool
    ) {
        let root = target.ancestors[0]
        let object = target.ancestors[target.ancestors.count - 1]
        let mark = count
        let view = arena.view(object)
        let end = object + object.pointee.extent
        let before = object - root
        reserve(root.pointee.extent + row.word.span)
        append(from: root, count: before + 1)
        var members = 0
        if overwrites {
            for member in view.members where !row.hasMember(member.key) {
                copy(member.key.pointer)
                copy(member.value.pointer)
                members += 1
            }
        } else {
            append(from: object + 1, count: object.pointee.span)
            members = object.pointee.count
        }
        for member in row.members where overwrites || !view.hasMember(member.key) {
            copy(member.key, rebasedTo: base)
            copy(member.value, rebasedTo: base)
            members += 1
        }
        let grown = (count - mark) - before - object.pointee.extent
        append(from: end, count: root.pointee.extent - before - object.pointee.extent)
        for ancestor in target.ancestors {
            let old = ancestor.pointee
            let isTarget = ancestor == object
            replace(
                at: mark + (ancestor - root),
                with: Word(container: .object, count: isTarget ? members : old.count, span: old.span + grown))
        }
    }

    /// Copies a value of another arena whose bytes are attached here as `base`; into scratch where that is nil.
    private mutating func copy(_ value: View, rebasedTo base: Int?) {
        guard let base else { return copy(foreign: value) }
        let extent = value.word.extent
        reserve(extent)
        for step in 0..<extent { append(value.pointer[step].rebased(to: base)) }
    }
}

extension Word {
    /// The same word, its bytes in another base.
    @inline(__always)
    func rebased(to base: Int) -> Word {
        switch kind {
        case .integer, .decimal, .string, .escapedString: Word(kind, base: base, offset: offset, length: length)
        default: self
        }
    }
}

extension View {
    /// Whether an object has a member whose key has the same characters.
    func hasMember(_ key: View) -> Bool {
        guard key.word.kind == .string else { return hasDecodedMember(key) }
        let length = key.word.length
        let text = key.text
        let head = KeyBytes.head(text, length)
        var at = pointer + 1
        let end = at + word.span
        while at < end {
            let own = at.pointee
            if own.kind == .string {
                if own.length == length {
                    let other = bases[own.base] + own.offset
                    if KeyBytes.head(other, length) == head, length <= 8 || memcmp(other, text, length) == 0 {
                        return true
                    }
                }
            } else if KeyBytes.equal(own, bases[own.base], key.word, key.bases[key.word.base]) {
                return true
            }
            at += 1 &+ at[1].extent
        }
        return false
    }

    private func hasDecodedMember(_ key: View) -> Bool {
        members.contains {
            KeyBytes.equal($0.key.word, bases[$0.key.word.base], key.word, key.bases[key.word.base])
        }
    }
}
