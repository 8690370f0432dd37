public import IntegrationDocument

/// Schemas by their URIs, for `$ref` and `$schema` to find.
public struct SchemaRegistry: Sendable {
    private var documents: [String: Document] = [:]

    public init() {}

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
}
