internal import IntegrationCore

/// Reads files, follows `include:`, merges by key and applies `--set`: from paths to one tree.
struct ConfigurationReader {
    let limits: YAMLLimits
    let interpolator: Interpolator
    private(set) var diagnostics = Diagnostics()
    /// The text of every file by the name that its locations carry.
    private(set) var files: [String: String] = [:]
    private var visited: Set<String> = []
    private static let mostFiles = 1000

    init(limits: YAMLLimits, environment: ConfigurationEnvironment) {
        self.limits = limits
        interpolator = Interpolator(environment: environment)
    }

    /// Reads files and folders into one tree; nil where one could not be read.
    mutating func read(paths: [String]) -> ConfigurationNode? {
        var root: ConfigurationNode?
        var isComplete = true
        for path in paths.flatMap({ expand($0) }) {
            guard let node = read(file: path, namedBy: nil) else {
                isComplete = false
                continue
            }
            merge(node, into: &root)
        }
        if paths.isEmpty || (root == nil && !diagnostics.hasErrors) { isComplete = false }
        return isComplete ? root : nil
    }

    /// Reads a text as if it stood in a file of this name.
    mutating func read(text: [UInt8], file: String) -> ConfigurationNode? {
        files[file] = String(decoding: text, as: UTF8.self)
        guard var node = YAMLReader.read(text, file: file, limits: limits, diagnostics: &diagnostics) else {
            return nil
        }
        guard node.mapping != nil else {
            diagnostics.error(
                .wrongType, "the configuration must be a mapping, not \(node.kindPhrase)", at: node.span,
                help: "write sections such as `flows:` and `connectors:`")
            return nil
        }
        interpolator.apply(to: &node, diagnostics: &diagnostics)
        var root: ConfigurationNode? = node
        let isComplete = include(from: node, into: &root)
        return isComplete ? root : nil
    }

    /// A folder stands for its `integration.yaml`, or for all its YAML files.
    private mutating func expand(_ path: String) -> [String] {
        guard Files.isFolder(path) else { return [path] }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        for name in ["integration.yaml", "integration.yml"] where Files.exists(folder + "/" + name) {
            return [folder + "/" + name]
        }
        let found = (Files.matching(folder + "/*.yaml") + Files.matching(folder + "/*.yml")).sorted()
        if found.isEmpty {
            let place = SourceSpan(SourceLocation(file: path, line: 0, column: 0))
            diagnostics.error(.configurationUnreadable, "the folder \(path) holds no YAML file", at: place)
        }
        return found
    }

    private mutating func read(file path: String, namedBy span: SourceSpan?) -> ConfigurationNode? {
        visited.insert(Files.canonical(path))
        guard visited.count <= Self.mostFiles else {
            diagnostics.error(.configurationLimit, "more than \(Self.mostFiles) files", at: span ?? .none)
            return nil
        }
        do {
            return read(text: try Files.read(path, limit: limits.bytes).bytes, file: path)
        } catch {
            let place = span ?? SourceSpan(SourceLocation(file: path, line: 0, column: 0))
            diagnostics.error(
                span != nil && error.isMissing ? .includeMissing : .configurationUnreadable,
                "\(path) cannot be read: \(error.reason)", at: place)
            return nil
        }
    }

    // MARK: Includes

    private mutating func include(from node: ConfigurationNode, into root: inout ConfigurationNode?) -> Bool {
        guard let list = node["include"], !list.isAbsent else { return true }
        var isComplete = true
        for entry in list.elements ?? [list] {
            // What is not text is reported when the tree is decoded.
            guard let scalar = entry.scalar, scalar.kind == .string, !scalar.isBroken else { continue }
            let path = PathValue(scalar.text, relativeTo: entry.location.folder).resolved
            let isPattern = scalar.text.contains { "*?[".contains($0) }
            let found = isPattern ? Files.matching(path) : [path]
            if found.isEmpty {
                diagnostics.warning(
                    .includeMatchesNothing, "`\(scalar.text)` matches no file", at: entry.span,
                    help: "the pattern is relative to the folder of this file")
            }
            for file in found where !visited.contains(Files.canonical(file)) {
                guard let included = read(file: file, namedBy: entry.span) else {
                    isComplete = false
                    continue
                }
                merge(included, into: &root)
            }
        }
        return isComplete
    }

    /// Merges two trees: the entries of each section together, and no name twice.
    mutating func merge(_ other: ConfigurationNode, into root: inout ConfigurationNode?) {
        guard var mapping = root?.mapping, let added = other.mapping else {
            root = other
            return
        }
        for entry in added.entries where entry.key != "include" {
            guard let index = mapping.entries.firstIndex(where: { $0.key == entry.key }) else {
                mapping.entries.append(entry)
                continue
            }
            let present = mapping.entries[index]
            if entry.value.isNull { continue }
            if present.value.isNull {
                mapping.entries[index] = entry
            } else if RootConfiguration.namedSections.contains(entry.key), var section = present.value.mapping,
                let more = entry.value.mapping
            {
                for item in more.entries {
                    if let first = section.entry(item.key) {
                        reportTwice(item, first: first, in: entry.key)
                    } else {
                        section.entries.append(item)
                    }
                }
                mapping.entries[index].value.content = .mapping(section)
            } else if present.value != entry.value {
                reportTwice(entry, first: present, in: nil)
            }
        }
        root?.content = .mapping(mapping)
    }

    private mutating func reportTwice(
        _ entry: ConfigurationMapping.Entry, first: ConfigurationMapping.Entry, in section: String?
    ) {
        let name = section.map { "`\(entry.key)` in `\($0)`" } ?? "`\(entry.key)`"
        diagnostics.error(
            .duplicateKey,
            "\(name) is in both \(first.keySpan.location.file) and \(entry.keySpan.location.file)",
            at: entry.keySpan, help: "first at \(first.keySpan.location)")
    }

    // MARK: --set

    /// Applies `a.b.c=value`; the value is read as YAML.
    mutating func apply(override text: String, number: Int, to root: inout ConfigurationNode) {
        let file = number == 0 ? "--set" : "--set(\(number + 1))"
        files[file] = text
        func span(_ part: Substring) -> SourceSpan {
            let column = text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex) + 1
            return SourceSpan(
                SourceLocation(file: file, line: 1, column: column), length: max(1, part.unicodeScalars.count))
        }
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            diagnostics.error(
                .malformedOverride, "`--set` needs a path and a value", at: span(text[...]),
                help: "write `--set flows.NAME.source.batch_size=10`")
            return
        }
        let valueText = text[text.index(after: equals)...]
        let pad = String(
            repeating: " ", count: text.unicodeScalars.distance(from: text.startIndex, to: valueText.startIndex))
        guard
            var value = YAMLReader.read(
                Array((pad + valueText).utf8), file: file, limits: limits, diagnostics: &diagnostics)
        else { return }
        if valueText.allSatisfy({ $0 == " " }) { value = .null }
        interpolator.apply(to: &value, diagnostics: &diagnostics)
        let keys = text[..<equals].split(separator: ".", omittingEmptySubsequences: false)
        guard keys.allSatisfy({ !$0.isEmpty }) else {
            diagnostics.error(.malformedOverride, "a key in the path is empty", at: span(text[..<equals]))
            return
        }
        set(value, at: keys.map { (String($0), span($0)) }[...], in: &root)
    }

    private mutating func set(
        _ value: ConfigurationNode, at keys: ArraySlice<(key: String, span: SourceSpan)>,
        in node: inout ConfigurationNode
    ) {
        guard let first = keys.first else {
            node = value
            return
        }
        switch node.content {
        case .sequence(var elements):
            guard let index = Int(first.key), elements.indices.contains(index) else {
                diagnostics.error(
                    .malformedOverride, "the list has no entry `\(first.key)`", at: first.span,
                    help: elements.isEmpty ? "it is empty" : "its entries are 0 to \(elements.count - 1)")
                return
            }
            set(value, at: keys.dropFirst(), in: &elements[index])
            node.content = .sequence(elements)
        case .scalar(let scalar) where scalar.kind != .null:
            diagnostics.error(
                .malformedOverride, "`\(first.key)` would lie below \(node.kindPhrase)", at: first.span)
        case .mapping, .scalar:
            var mapping = node.mapping ?? ConfigurationMapping()
            let index = mapping.entries.firstIndex { $0.key == first.key }
            var child = index.map { mapping.entries[$0].value } ?? .null
            set(value, at: keys.dropFirst(), in: &child)
            if let index {
                mapping.entries[index].value = child
            } else {
                mapping.entries.append(.init(key: first.key, keySpan: first.span, value: child))
            }
            node.content = .mapping(mapping)
        }
    }
}
