extension FieldType where Value == PathValue {
    /// A path, relative to the folder of the file that names it.
    public static var path: FieldType {
        scalar(.path, encode: { $0.text }) { scalar, node, context in
            guard !scalar.text.isEmpty, !scalar.text.utf8.contains(0) else {
                context.malformed(
                    node, "must be a path, not \(scalar.text.isEmpty ? "empty" : "text with a zero byte")")
                return nil
            }
            return PathValue(scalar.text, relativeTo: node.location.folder)
        }
    }
}

extension FieldType where Value == String {
    /// Where something listens: `127.0.0.1:8080`, `[::1]:8080`, `:8080` or `localhost:8080`.
    public static var address: FieldType {
        string("an address with a port, such as `127.0.0.1:8080`") { text in
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65535).contains(port), !text[text.index(after: colon)...].hasPrefix("+")
            else { return false }
            let host = text[..<colon]
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
            return (isBracketed || !host.contains(":")) && !host.contains { " /@".contains($0) }
        }
    }
}

extension FieldType where Value == URLValue {
    /// An absolute URL with one of these schemes; none given means any. A password in it never prints.
    public static func url(_ schemes: String...) -> FieldType {
        let shape = FieldShape.url(schemes: schemes)
        return FieldType(shape: shape, encode: { .plain($0.description) }) { node, context in
            guard let scalar = node.scalar, scalar.kind != .null else {
                context.wrongType(node, expected: shape)
                return nil
            }
            // The line may hold a password; `config show` masks just that part.
            if scalar.text.contains("@"), !scalar.isReference { context.diagnostics.markSecret(node.span) }
            guard let url = URLValue(scalar.text) else {
                context.malformed(node, "must be \(shape.phrase)")
                return nil
            }
            guard schemes.isEmpty || schemes.contains(url.scheme) else {
                context.malformed(node, "must be \(shape.phrase), not `\(url.scheme)://…`")
                return nil
            }
            return url
        }
    }

    public static var url: FieldType { url() }
}

extension FieldType where Value == TemplateString {
    /// Text with `{{ expression }}` in it.
    public static var template: FieldType {
        scalar(.template, encode: { $0.text }) { scalar, node, context in
            guard context.check(scalar, at: node, as: .template) else { return nil }
            return TemplateString(scalar.text)
        }
    }
}

extension FieldType where Value == [Named<TemplateString>] {
    /// Headers or parameters by name; what is called like a secret prints as `••••`.
    public static var headers: FieldType {
        let map = FieldType.map(to: .template)
        return FieldType(shape: map.shape, encode: map.encode) { node, context in
            context.markLikelySecrets(in: node)
            return map.decode(node, &context)
        }
    }
}

extension FieldType where Value == ExpressionText {
    /// A JSONata expression.
    public static var expression: FieldType {
        scalar(.expression, encode: { $0.text }) { scalar, node, context in
            guard context.check(scalar, at: node, as: .expression) else { return nil }
            return ExpressionText(scalar.text)
        }
    }
}

extension FieldType where Value == JSONPathText {
    /// A JSONPath or a bare member path such as `customer.id`.
    public static var jsonPath: FieldType {
        scalar(.jsonPath, encode: { $0.text }) { scalar, node, context in
            guard context.check(scalar, at: node, as: .jsonPath) else { return nil }
            return JSONPathText(scalar.text)
        }
    }
}

extension FieldType where Value == NameReference {
    /// A name of one of these kinds; `kind:name` decides where a name means two things.
    ///
    /// - Parameter createsQueue: whether a queue of this name comes into being where nothing else bears the name.
    public static func name(of kinds: NameKind..., createsQueue: Bool = false) -> FieldType {
        FieldType(
            shape: .name(kinds),
            encode: { .plain($0.kinds.count == 1 && kinds.count > 1 ? "\($0.kinds[0].rawValue):\($0.name)" : $0.name) },
            decode: { node, context in context.reference(node, kinds: kinds, createsQueue: createsQueue) })
    }
}

extension FieldType where Value == ConfigurationNode {
    /// The mapping of a template: anything, with a JSONPath in each text that starts with `$` and `{{ … }}` in others.
    public static var mapping: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            let isRight = context.checkScalars(of: node) { scalar, node, context in
                // What stands below `$literal` is taken as it is.
                guard scalar.kind == .string, !context.path.contains("$literal") else { return true }
                return context.check(scalar, at: node, as: .mapping)
            }
            // Not `isRight ? node : nil`: that `nil` would be a null node.
            guard isRight else { return nil }
            return node
        }
    }
}

extension DecodingContext {
    /// Checks every scalar of a value, each in its place; false where one of them is wrong.
    mutating func checkScalars(
        of node: ConfigurationNode,
        _ check: (ConfigurationScalar, ConfigurationNode, inout DecodingContext) -> Bool
    ) -> Bool {
        var isRight = true
        switch node.content {
        case .scalar(let scalar): return check(scalar, node, &self)
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                isRight = within("[\(index)]", at: element.span) { $0.checkScalars(of: element, check) } && isRight
            }
        case .mapping(let mapping):
            for entry in mapping.entries {
                isRight = within(entry.key, at: entry.keySpan) { $0.checkScalars(of: entry.value, check) } && isRight
            }
        }
        return isRight
    }

    /// Reads a name and notes it for the linter to resolve.
    public mutating func reference(
        _ node: ConfigurationNode, kinds: [NameKind], createsQueue: Bool = false
    ) -> NameReference? {
        if node.scalar?.isBroken == true { return nil }
        guard let scalar = node.scalar, scalar.kind != .null, !scalar.text.isEmpty else {
            wrongType(node, expected: .name(kinds))
            return nil
        }
        var name = scalar.text
        var allowed = kinds
        if let colon = name.firstIndex(of: ":"), let kind = NameKind(rawValue: String(name[..<colon])) {
            guard kinds.contains(kind) else {
                malformed(node, "must be \(FieldShape.name(kinds).phrase), not of a \(kind.rawValue)")
                return nil
            }
            allowed = [kind]
            name = String(name[name.index(after: colon)...])
        }
        let reference = NameReference(
            name, kinds: allowed, createsQueue: createsQueue && allowed.contains(.queue), span: node.span,
            subject: fieldPhrase, path: path)
        references.append(reference)
        return reference
    }

    /// Whether the language accepts the text; its mistakes are reported at the characters where they start.
    mutating func check(
        _ scalar: ConfigurationScalar, at node: ConfigurationNode, as language: LanguageChecks.Language
    ) -> Bool {
        let text = WrittenText(language, scalar, at: node, path: path, subject: fieldPhrase)
        texts.append(text)
        let mistakes = catalog.languages.checks[language]?(scalar.text, languageScope) ?? []
        for mistake in mistakes { text.report(mistake, to: &diagnostics) }
        return mistakes.allSatisfy(\.isWarning)
    }
}
