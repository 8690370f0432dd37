public import IntegrationCore
public import IntegrationDocument

/// Schemas by their URIs, for `$ref` and `$schema` to find.
public struct SchemaRegistry: Sendable {
    private var documents: [String: Document] = [:]
    /// Other names of documents: what relative references in them are resolved against is the same under each.
    private var aliases: [String: String] = [:]
    /// Why a schema that is declared can't be had.
    private var failures: [String: String] = [:]

    public init() {}

    /// The schemas of a configuration: as `schema:order@2` and `schema:order` by their names, as `file:PATH` by their
    /// files, so that schemas in files refer to each other by relative paths, and by absolute `$id`s of their own. One
    /// that can't be read or is no JSON is a mistake only for those that refer to it.
    public init(_ declared: [DeclaredSchema]) {
        for schema in declared {
            let names = schema.names.map { URIReference(Self.scheme + $0).description }
            let own = schema.file.map { Self.uri(ofFile: $0) } ?? names[0]
            for name in names where name != own { aliases[name] = own }
            do {
                add(try Document(try schema.text().text), uri: own)
            } catch {
                failures[own] = (error as? IntegrationError)?.message ?? "it is not JSON: \(error)"
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

    /// The name under which a document is known by all its names.
    func canonical(_ uri: URIReference) -> URIReference { aliases[uri.description].map { URIReference($0) } ?? uri }

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
