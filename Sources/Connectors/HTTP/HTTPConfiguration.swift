public import IntegrationCore

/// Everything about HTTP that a configuration can say; each kind of thing has a file of its own.
public enum HTTPConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "http", connector, isBuilt: false),
        TypeDescription(.destination, "http", destination, isBuilt: false, connector: "http"),
        TypeDescription(.service, "http", service, isBuilt: false, connector: "http"),
    ]

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
