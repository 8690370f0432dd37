internal import Glibc

extension View {
    /// Whether two values are equal: numbers by their value, strings by their characters, arrays in order, objects
    /// without order of members (JSON Schema 2020-12 core, 4.2.2).
    public func isEqual(to other: View) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null), (.true, .true), (.false, .false): return true
        case (.integer, .integer), (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal):
            if word.length == other.word.length, memcmp(text, other.text, word.length) == 0 { return true }
            return ExactNumber(self) == ExactNumber(other)
        case (.string, .string), (.string, .escapedString), (.escapedString, .string), (.escapedString, .escapedString):
            return KeyBytes.equal(word, bases[word.base], other.word, other.bases[other.word.base])
        case (.array, .array):
            guard word.count == other.word.count else { return false }
            var left = elements
            var right = other.elements
            while let one = left.next(), let two = right.next() {
                guard one.isEqual(to: two) else { return false }
            }
            return true
        case (.object, .object): return hasEqualMembers(other)
        default: return false
        }
    }

    /// Above this many members, names are looked up in dictionaries: the time must not grow with their square.
    private static let fewMembers = 32

    private func hasEqualMembers(_ other: View) -> Bool {
        if word.count > Self.fewMembers || other.word.count > Self.fewMembers {
            let left = membersByName()
            let right = other.membersByName()
            return left.count == right.count
                && left.allSatisfy { name, value in right[name].map { value.isEqual(to: $0) } ?? false }
        }
        var names = 0
        for member in members where !isRepeated(member) {
            names += 1
            guard let match = other.member(named: member.key), member.value.isEqual(to: match) else { return false }
        }
        return names == other.members.reduce(0) { $0 + (other.isRepeated($1) ? 0 : 1) }
    }

    /// Whether a later member has the same name, which then wins.
    private func isRepeated(_ member: Member) -> Bool {
        let end = pointer + word.extent
        var at = member.value.pointer + member.value.word.extent
        while at < end {
            let base = bases[member.key.word.base]
            if KeyBytes.equal(member.key.word, base, at.pointee, bases[at.pointee.base]) { return true }
            at += 1 &+ at[1].extent
        }
        return false
    }

    private func member(named key: View) -> View? {
        var found: View?
        for member in members
        where KeyBytes.equal(key.word, key.bases[key.word.base], member.key.word, bases[member.key.word.base]) {
            found = member.value
        }
        return found
    }

    private func membersByName() -> [[UInt8]: View] {
        var members: [[UInt8]: View] = [:]
        for member in self.members { members[member.key.decodedBytes] = member.value }
        return members
    }
}
