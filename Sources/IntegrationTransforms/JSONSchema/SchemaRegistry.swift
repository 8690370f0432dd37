public import IntegrationCore
public import IntegrationDocument

/// Schemas by their URIs, for `$ref` and `$schema` to find.
public struct SchemaRegistry: Sendable {
    private var documents: [String: Document] = [:]
    /// Why a schema that is declared can't be had.
    private var failures: [String: String] = [:]

    public init() {}

    /// The schemas of a configuration: as `schema:order@2` and `schema:order` by their names, as `file:PATH` by their
    /// files, so that schemas in files refer to each other by relative paths, and by absolute `$id`s of their own. One
    /// that can't be read or is no JSON is a mistake only for those that refer to it.
    public init(_ declared: [DeclaredSchema]) {
        for schema in declared {
            let uris = schema.names.map { Self.scheme + $0 } + (schema.file.map { [Self.uri(ofFile: $0)] } ?? [])
            do {
                let document = try Document(try schema.text().text)
                for uri in uris { add(document, uri: uri) }
            } catch {
                let reason = (error as? IntegrationError)?.message ?? "it is not JSON: \(error)"
                for uri in uris { failures[URIReference(uri).withoutFragment.description] = reason }
            }
        }
    }

    /// Makes `document` known as `uri` (its fragment is ignored). A schema that declares an absolute `$id` of its own is
    /// known under that as well.
    public mutating func add(_ document: Document, uri: String) {
        documents[URIReference(uri).withoutFragment.description] = document
        let own = document.withRoot { root in root["$id"]?.string ?? root["id"]?.string }
        if let own, URIReference(own).scheme != nil {
            documents[URIReference(own).withoutFragment.description] = document
        }
    }

    func document(_ uri: String) -> Document? { documents[uri] }

    func failure(_ uri: String) -> String? { failures[uri] }

    // MARK: Names

    private static let scheme = "schema:"

    /// What relative references in a schema of a configuration are resolved against.
    static func uri(of text: NamedText) -> String { text.file.map { uri(ofFile: $0) } ?? scheme + text.name }

    private static func uri(ofFile path: String) -> String {
        let path = PercentCoding.encode(path, keeping: PercentCoding.uriUnreserved + [UInt8(ascii: "/")])
        return URIReference("file:").resolving(URIReference("file:" + path)).description
    }
}
