public import IntegrationCore

/// Reads one YAML file into located nodes: YAML 1.2 core scalars, nothing that means two things, bounded in every way.
public struct YAMLReader {
    private let file: String
    private let limits: YAMLLimits
    private let events: YAMLEvents
    private let lines: [Substring]
    private var diagnostics = Diagnostics()
    private var anchors: [String: Anchor] = [:]
    private var aliases = 0
    private var aliasedNodes = 0

    private struct Anchor {
        var node: ConfigurationNode
        var count: Int
        var depth: Int
    }

    /// What has been read, and its measures for aliases.
    private struct Measured {
        var node: ConfigurationNode
        var count = 1
        var depth = 1
    }

    private init(_ text: String, file: String, limits: YAMLLimits) {
        self.file = file
        self.limits = limits
        events = YAMLEvents(text)
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - file: the name that locations carry.
    /// - Returns: the root, an empty mapping where the file holds nothing; nil where it could not be read to its end.
    public static func read(
        _ bytes: [UInt8], file: String, limits: YAMLLimits = YAMLLimits(), diagnostics: inout Diagnostics
    ) -> ConfigurationNode? {
        guard bytes.count <= limits.bytes else {
            let place = SourceSpan(SourceLocation(file: file, line: 0, column: 0))
            diagnostics.error(
                .configurationLimit, "the file is larger than \(ByteCount(limits.bytes))", at: place,
                help: "split it with `include:`")
            return nil
        }
        switch YAMLText.validate(bytes, file: file) {
        case .failure(let problem):
            diagnostics.add(problem)
            return nil
        case .success(let text):
            var reader = YAMLReader(text, file: file, limits: limits)
            defer { diagnostics.append(contentsOf: reader.diagnostics) }
            do {
                return try reader.document()
            } catch {
                reader.diagnostics.add(error)
                return nil
            }
        }
    }

    private mutating func document() throws(Diagnostic) -> ConfigurationNode {
        var root: ConfigurationNode?
        while true {
            let event = try next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd:
                let start = SourceSpan(SourceLocation(file: file, line: 1, column: 1))
                guard let root, !root.isNull else { return .mapping([], at: start) }
                return root
            case .documentStart:
                guard root == nil else {
                    throw Diagnostic(
                        .error, .unsupportedYAML, "a second document starts here; a file holds one",
                        at: span(event), help: "put it into a file of its own and `include:` it")
                }
                root = try node(next(), depth: 1).node
            default: continue
            }
        }
    }

    private mutating func next() throws(Diagnostic) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw YAMLProblem.diagnostic(error, lines: lines, file: file)
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(Diagnostic) -> Measured {
        var result: Measured
        switch event.kind {
        case .alias(let name): return try alias(name, event, depth: depth)
        case .scalar(let text, let isQuoted):
            var scalar = try YAMLProblem.scalar(text, isQuoted: isQuoted, tag: event.tag, at: span(event))
            scalar.lineCount = max(1, event.end.line - event.start.line + (event.end.column > 0 ? 1 : 0))
            result = Measured(node: ConfigurationNode(.scalar(scalar), at: span(event)))
        case .sequenceStart:
            try check(depth: depth, tag: event.tag, allowed: "seq", event)
            result = try sequence(event, depth: depth)
        case .mappingStart:
            try check(depth: depth, tag: event.tag, allowed: "map", event)
            result = try mapping(event, depth: depth)
        default: preconditionFailure("libyaml reports an end without a start")
        }
        if let anchor = event.anchor {
            anchors[anchor] = Anchor(node: result.node, count: result.count, depth: result.depth)
        }
        return result
    }

    private mutating func sequence(_ start: YAMLEvent, depth: Int) throws(Diagnostic) -> Measured {
        var result = Measured(node: .sequence([], at: span(start)))
        var elements: [ConfigurationNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind {
                result.node = .sequence(elements, at: span(start, to: event, first: elements.first?.span))
                return result
            }
            let element = try node(event, depth: depth + 1)
            result.count += element.count
            result.depth = max(result.depth, element.depth + 1)
            elements.append(element.node)
        }
    }

    private mutating func mapping(_ start: YAMLEvent, depth: Int) throws(Diagnostic) -> Measured {
        var result = Measured(node: .mapping([], at: span(start)))
        var entries: [ConfigurationMapping.Entry] = []
        var places: [String: SourceLocation] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind {
                let place = span(start, to: event, first: entries.first?.keySpan)
                result.node = ConfigurationNode(.mapping(ConfigurationMapping(entries)), at: place)
                return result
            }
            let key = try key(event)
            let value = try node(next(), depth: depth + 1)
            result.count += value.count + 1
            result.depth = max(result.depth, value.depth + 1)
            if let first = places[key] {
                diagnostics.error(
                    .duplicateKey, "the key `\(key)` stands twice in this mapping", at: span(event),
                    help: "first at \(first)")
                continue
            }
            places[key] = span(event).location
            entries.append(.init(key: key, keySpan: span(event), value: value.node))
        }
    }

    private func key(_ event: YAMLEvent) throws(Diagnostic) -> String {
        guard case .scalar(let text, let isQuoted) = event.kind else {
            let isTemplate = text(at: event.start).hasPrefix("{")
            throw Diagnostic(
                .error, .unsupportedYAML, "a key must be plain text", at: span(event),
                help: isTemplate ? "put quotes around the whole value: \"{{ … }}\"" : "write the key as text")
        }
        if text == "<<", !isQuoted {
            throw Diagnostic(
                .error, .unsupportedYAML, "merge keys (`<<`) are not supported", at: span(event),
                help: "write the fields out, or put the shared part into a connector or service and name it")
        }
        if let tag = event.tag, tag != "tag:yaml.org,2002:str", tag != "!" {
            throw YAMLProblem.unknownTag(tag, at: span(event))
        }
        return text
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws(Diagnostic) -> Measured {
        guard let anchor = anchors[name] else {
            throw Diagnostic(
                .error, .yamlSyntax, "the alias `*\(name)` has no anchor `&\(name)` that ends before it",
                at: span(event), help: "put quotes around a value that starts with `*`")
        }
        aliases += 1
        aliasedNodes += anchor.count
        guard aliases <= limits.aliases, aliasedNodes <= limits.aliasedNodes else {
            throw Diagnostic(
                .error, .configurationLimit,
                aliases > limits.aliases
                    ? "more than \(limits.aliases) aliases in one file"
                    : "the aliases of this file stand for more than \(limits.aliasedNodes) values",
                at: span(event), help: "write the values out")
        }
        guard depth + anchor.depth - 1 <= limits.depth else { throw tooDeep(event) }
        return Measured(node: anchor.node, count: anchor.count, depth: anchor.depth)
    }

    private func check(depth: Int, tag: String?, allowed: String, _ event: YAMLEvent) throws(Diagnostic) {
        guard depth <= limits.depth else { throw tooDeep(event) }
        if let tag, tag != "tag:yaml.org,2002:" + allowed, tag != "!" {
            throw YAMLProblem.unknownTag(tag, at: span(event))
        }
    }

    private func tooDeep(_ event: YAMLEvent) -> Diagnostic {
        Diagnostic(
            .error, .configurationLimit, "more than \(limits.depth) levels of nesting", at: span(event),
            help: "flatten it")
    }

    // MARK: Places

    private func span(_ event: YAMLEvent) -> SourceSpan {
        let place = SourceLocation(file: file, line: event.start.line + 1, column: event.start.column + 1)
        if event.start.line == event.end.line {
            return SourceSpan(place, length: max(1, event.end.column - event.start.column))
        }
        let line = event.start.line < lines.count ? lines[event.start.line] : ""
        return SourceSpan(place, length: max(1, line.unicodeScalars.count - event.start.column))
    }

    /// A flow collection on one line is marked whole, any other by what it starts with.
    private func span(_ start: YAMLEvent, to end: YAMLEvent, first: SourceSpan?) -> SourceSpan {
        var result = span(start)
        if start.start.line == end.end.line, end.end.column > start.start.column {
            result.length = end.end.column - start.start.column
        } else if let first, first.location == result.location {
            result.length = first.length
        } else {
            result.length = 1
        }
        return result
    }

    private func text(at place: (line: Int, column: Int)) -> Substring {
        guard place.line < lines.count else { return "" }
        return Substring(lines[place.line].unicodeScalars.dropFirst(place.column))
    }
}
