public import IntegrationDocument

/// JSON Merge Patch (RFC 7396): changes of a document in the shape of the document; null takes a member away.
public enum MergePatch {
    /// Applies a patch to a document.
    ///
    /// - Parameters:
    ///   - patch: any value; it stands in `arena`.
    ///   - document: what is changed; it stands in `arena` and stays as it is.
    /// - Returns: the changed document, in `arena`. Its members keep their order; new ones follow in that of the patch.
    public static func apply(_ patch: View, to document: View, in arena: Arena) -> View {
        var builder = Builder(arena, capacity: document.word.extent + patch.word.extent)
        write(document, patch, to: &builder)
        return arena.view(builder.finish())
    }

    /// `MergePatch(target, patch)` of RFC 7396, 2; nil stands for a target that is not there.
    private static func write(_ target: View?, _ patch: View, to builder: inout Builder) {
        guard patch.kind == .object else { return builder.copy(patch.pointer) }
        let object = builder.open()
        var count = 0
        let known = target.flatMap { $0.kind == .object ? MemberIndex($0, lookups: patch.count) : nil }
        let changes = MemberIndex(patch, lookups: patch.count + (known?.object.count ?? 0))
        if let known {
            for member in known.object.members {
                let change = changes[member.key]
                if change?.isNull == true { continue }
                builder.append(member.key.word)
                if let change { write(member.value, change, to: &builder) } else { builder.copy(member.value.pointer) }
                count += 1
            }
        }
        for member in patch.members where !member.value.isNull && known?[member.key] == nil {
            // Of members of one name the last counts.
            guard changes[member.key]?.pointer == member.value.pointer else { continue }
            builder.append(member.key.word)
            write(nil, member.value, to: &builder)
            count += 1
        }
        builder.close(object, .object, count: count)
    }
}

/// The members of an object by their names; where they are many and asked for often, in a dictionary, so that the time
/// does not grow with their square.
private struct MemberIndex {
    let object: View
    private var byName: [[UInt8]: View]?

    private static let few = 32

    init(_ object: View, lookups: Int) {
        self.object = object
        guard object.count > Self.few, lookups > Self.few else { return }
        var members: [[UInt8]: View] = [:]
        for member in object.members { members[member.key.decodedBytes] = member.value }
        byName = members
    }

    subscript(key: View) -> View? {
        if let byName { return byName[key.decodedBytes] }
        return key.withDecodedText { object.member($0) }
    }
}
