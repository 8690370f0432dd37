internal import HTTPTransport
internal import IntegrationCore

/// Where requests go.
enum DestinationTarget: Sendable {
    /// What the configuration names; paths are appended.
    case fixed(HTTPAddress)
    /// What the message says.
    case foreign(any MessageText)
}
