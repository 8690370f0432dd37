public import IntegrationCore

/// Finds the endpoints of a service, again and again. A description: it opens nothing until it runs.
public protocol EndpointDiscovery: Sendable {
    /// A few words, such as `dns api.internal`.
    var summary: String { get }

    /// Looks until the task is cancelled, and tells what there is whenever that has changed.
    ///
    /// Where nothing can be found out, or nothing is there, what was found before stays: a name server that is away, or a
    /// file that is just being written, takes no endpoint away.
    ///
    /// - Parameter found: gets all endpoints that there are; nil where the first look found nothing.
    func run(in context: FlowContext, _ found: @Sendable ([ServiceEndpoint]?) -> Void) async
}
