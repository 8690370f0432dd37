internal import IntegrationCore

/// The harmless request of a probe.
struct ProbeRequest: Sendable {
    let method: String
    let path: String
    /// Whether the configuration names the path, so that it is meant to be there.
    let isChosen: Bool

    init(_ fields: DecodedFields?) {
        method = fields.map { $0[HTTPConfiguration.probeMethod].rawValue } ?? "HEAD"
        path = fields.map { $0[HTTPConfiguration.probePath] } ?? ""
        isChosen = fields?.isWritten("path") ?? false
    }
}
