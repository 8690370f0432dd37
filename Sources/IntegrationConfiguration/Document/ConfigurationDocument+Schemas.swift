public import IntegrationCore

extension ConfigurationDocument {
    /// The schemas of the program and every version of those declared here, in their order.
    ///
    /// - Parameter language: that of the declared ones.
    public func declaredSchemas(_ language: SchemaConfiguration.Language) -> [DeclaredSchema] {
        var declared = DeclaredSchema.list(provided.schemas)
        for schema in schemas where schema.value.language == language {
            declared += schema.value.declared(as: schema.name)
        }
        return declared
    }

    /// The text of the schema, or of the version, that bears a name.
    ///
    /// - Throws: `cannotBuild` where there is none; `fileNotFound` or `fileUnreadable`.
    public func schemaText(_ name: String) throws(IntegrationError) -> NamedText {
        if let provided = provided.schemas[name] { return provided }
        for schema in schemas {
            for version in schema.value.declared(as: schema.name) where version.names.contains(name) {
                var text = try version.text()
                text.name = name
                return text
            }
        }
        throw IntegrationError(.cannotBuild, "there is no schema named `\(name)`")
    }
}

extension SchemaConfiguration {
    /// Its versions, where it is called `name`.
    public func declared(as name: String) -> [DeclaredSchema] {
        versions.map { version in
            let names = names(name, of: version.name)
            return DeclaredSchema(names: names, file: version.value.path?.resolved) { () throws(IntegrationError) in
                try version.value.text(names[0], at: version.span)
            }
        }
    }
}

extension SchemaVersion {
    fileprivate func text(_ name: String, at span: SourceSpan) throws(IntegrationError) -> NamedText {
        guard let path else {
            return NamedText(name: name, text: Array((inline ?? .null).json.utf8), place: span.location.description)
        }
        do {
            let bytes = try Files.read(path.resolved, limit: 16 << 20).bytes
            return NamedText(name: name, text: bytes, place: path.text, file: path.resolved)
        } catch {
            throw IntegrationError(
                error.isMissing ? .fileNotFound : .fileUnreadable, "\(path.resolved): \(error.reason)")
        }
    }
}
