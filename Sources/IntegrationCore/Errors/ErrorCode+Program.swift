/// Failures of calls that a Swift program makes.
extension ErrorCode {
    public static let nameTaken = ErrorCode(
        "IE4201", "Name is taken",
        explanation: """
            A destination, a service, a template, a schema or a format is added under a name that another one of its \
            kind bears already.
            """,
        remedy: "Take another name.")

    public static let runsAlready = ErrorCode(
        "IE4202", "The engine runs already",
        explanation: "`run()` was called while an earlier call has not returned.",
        remedy: "Call it once; flows come and go while it runs.")

    public static let discoveryOff = ErrorCode(
        "IE4203", "Service discovery is off",
        explanation: "Endpoints of services can only be registered when service discovery is on.",
        remedy: "Call `mesh.configureIntegration(serviceDiscovery: true)` first.")

    public static let endpointExists = ErrorCode(
        "IE4204", "Endpoint exists already",
        explanation: "An endpoint is registered under a name that another endpoint of the same service bears.",
        remedy: "Deregister the other one first, or take another name.")

    public static let endpointUnknown = ErrorCode(
        "IE4205", "No such endpoint",
        explanation: "An endpoint is deregistered that its service does not have.",
        remedy: "Look at the endpoints of the service for its name.")

    public static let noEndpoint = ErrorCode(
        "IE4206", "Service has no endpoint", retry: .connection,
        explanation: """
            A step asks a service of the registry, and no endpoint of it is open: none is registered, or none could be \
            opened. The message is tried again.
            """,
        remedy: "Register an endpoint; the log says which ones could not be opened.")

    public static let monitoringInvalid = ErrorCode(
        "IE4207", "Monitoring can't be configured so",
        explanation: """
            An alert has no threshold, an error threshold is not between 0 and 1, or a latency threshold or a window \
            is not above zero.
            """,
        remedy: "Correct the value that is named.")

    public static let programCodes: [ErrorCode] = [
        nameTaken, runsAlready, discoveryOff, endpointExists, endpointUnknown, noEndpoint, monitoringInvalid,
    ]
}
