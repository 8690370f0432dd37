extension HTTPAddress {
    /// What a reference, such as that of a `Location`, means seen from here (RFC 3986, 5.2). A fragment is dropped.
    func resolving(_ reference: String) throws(Malformed) -> HTTPAddress {
        let reference = String(reference.prefix { $0 != "#" })
        let isAbsolute = reference.contains("://") && reference.prefix { $0 != "/" && $0 != "?" }.contains(":")
        if isAbsolute { return try HTTPAddress(reference) }
        if reference.hasPrefix("//") { return try HTTPAddress((isSecure ? "https:" : "http:") + reference) }
        guard !reference.isEmpty else { return self }
        let more = reference.prefix { $0 != "?" }
        let query = reference.dropFirst(more.count)
        let whole: String
        if more.isEmpty {
            whole = path
        } else if more.hasPrefix("/") {
            whole = Self.withoutDots(String(more))
        } else {
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
            whole = Self.withoutDots(folder + more)
        }
        return try HTTPAddress(origin + (whole.isEmpty ? "/" : whole) + query)
    }

    /// A path without its `.` and `..` segments (RFC 3986, 5.2.4).
    private static func withoutDots(_ path: String) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
