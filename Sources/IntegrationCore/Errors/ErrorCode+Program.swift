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

    public static let monitoringInvalid = ErrorCode(
        "IE4207", "Monitoring can't be configured so",
        explanation: """
            An alert has no threshold, an error threshold is not between 0 and 1, or a latency threshold or a window \
            is not above zero.
            """,
        remedy: "Correct the value that is named.")

    public static let programCodes: [ErrorCode] = [
        nameTaken, runsAlready, discoveryOff, monitoringInvalid,
    ]
}
