public import IntegrationCore

/// Everything about HTTP that a configuration can say; each kind of thing has a file of its own.
public enum HTTPConfiguration {
    /// Adds the types and what makes them.
    public static func register(in catalog: inout Catalog) {
        registerServer(in: &catalog)
        registerClient(in: &catalog)
    }

    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case head = "HEAD"
    }

    // MARK: What several kinds have

    static let headers = Field<[Named<TemplateString>]>.defaulted(
        "headers", .headers, [], "Headers of every request.")
    static let query = Field<[Named<TemplateString>]>.defaulted(
        "query", .headers, [], "Parameters after `?`; values are percent-encoded.")
    static let body = Field<ConfigurationNode?>.optional(
        "body", .any, "Its body; `{{ … }}` in it is filled in from the message.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Whom to trust, and our own certificate.")
}
