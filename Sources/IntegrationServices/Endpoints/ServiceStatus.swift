/// A service as lists show it.
public struct ServiceStatus: Sendable {
    public var name: String
    public var type: String
    /// Nil where it has no endpoints, such as a table.
    public var balancing: LoadBalancing?
    /// Where endpoints are found, such as `dns api.internal`; nil where the configuration names them.
    public var discovery: String?
    public var endpoints: [EndpointStatus]
    /// Names of endpoints that were registered at run time.
    public var registered: Set<String>
    /// Calls that were made again at another endpoint.
    public var failovers: Int
    /// Nil where it keeps no answers, or no flow has it open.
    public var cache: CacheStatus?
    /// Whether a flow has it open.
    public var isOpen: Bool
}
