/// What can go wrong with services and their endpoints.
extension ErrorCode {
    public static let endpointExists = ErrorCode(
        "IE4204", "Endpoint exists already",
        explanation: "An endpoint is registered under a name that another endpoint of the same service bears.",
        remedy: "Deregister the other one first, or take another name.")

    public static let endpointUnknown = ErrorCode(
        "IE4205", "No such endpoint",
        explanation: "An endpoint is named that its service does not have.",
        remedy: "Look at the endpoints of the service: `integration service status NAME`.")

    public static let noEndpoint = ErrorCode(
        "IE4206", "Service has no endpoint", retry: .connection,
        explanation: """
            A step asks a service of the registry, and no endpoint of it is open: none is registered, or none could be \
            opened. The message is tried again.
            """,
        remedy: "Register an endpoint; the log says which ones could not be opened.")

    public static let serviceUnknown = ErrorCode(
        "IE4208", "No such service",
        explanation: "A service is named that neither the configuration nor the program has.",
        remedy: "`integration service list` shows those that are there.")

    public static let endpointsInvalid = ErrorCode(
        "IE4209", "Endpoints can't be read",
        explanation: """
            A file that lists the endpoints of a service, or the answer of a name server, is not of the form that is \
            expected, or has too many entries. The endpoints that were known before stay.
            """,
        remedy: "Correct what is named; one address a line, or JSON as `docs/services.md` shows.")

    public static let endpointsNotFound = ErrorCode(
        "IE4210", "No endpoint was found", retry: .connection,
        explanation: """
            A name server or a file that lists the endpoints of a service names none, or does not answer. The endpoints \
            that were known before stay.
            """,
        remedy: "Look at the records or the file, and at the name server.")

    public static let endpointInvalid = ErrorCode(
        "IE4211", "No address for this service",
        explanation: "An endpoint is registered at an address where a service of this kind can't be asked.",
        remedy: "Write the address as the service's `endpoints` have it.")

    public static let serviceCodes: [ErrorCode] = [
        endpointExists, endpointUnknown, noEndpoint, serviceUnknown, endpointsInvalid, endpointsNotFound,
        endpointInvalid,
    ]
}
