internal import IntegrationCore
internal import IntegrationDocument

/// Where in messages the patches and what they change stand.
struct PatchPlaces: Sendable {
    /// The path of the patch; nil where it stands in the configuration.
    let patch: MemberPath?
    /// The value that is changed: the whole message without names.
    let target: MemberPath

    /// - Throws: `cannotBuild` for a text that is no path of member names.
    init(patch: String?, target: String?) throws(IntegrationError) {
        self.patch = try patch.map { (text) throws(IntegrationError) in try Self.path(text, "patch_from") }
        self.target =
            try target.map { (text) throws(IntegrationError) in try Self.path(text, "target") }
            ?? MemberPath(names: [])
    }

    private static func path(_ text: String, _ field: String) throws(IntegrationError) -> MemberPath {
        guard let names = names(of: text) else {
            throw IntegrationError(.cannotBuild, "`\(field): \(text)` is not a path such as `customer.changes`")
        }
        return MemberPath(names: names)
    }

    /// The member names of a path, none for `$`; nil where `text` is no path.
    static func names(of text: String) -> [String]? { text == "$" ? [] : MemberPath(text)?.names }

    /// The target as a JSON Pointer.
    var tokens: [JSONPointer.Token] { target.names.map { JSONPointer.Token($0) } }

    /// The value at a path.
    ///
    /// - Throws: `patchFailed` where there is none.
    static func value(at path: MemberPath, of root: View, _ what: String) throws(IntegrationError) -> View {
        var view = root
        for (depth, name) in path.names.enumerated() {
            guard let next = view[name] else {
                let place = InstanceLocation(path.names.prefix(depth + 1).map { .member($0) }).path
                throw IntegrationError(
                    .patchFailed, "\(what) is to stand at `\(path.text)`, which is missing", path: place)
            }
            view = next
        }
        return view
    }
}
