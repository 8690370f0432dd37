internal import IntegrationCore

/// When an alert fires, for each flow on its own. It is logged when it fires and when it resolves.
public struct AlertConfig: Sendable, Hashable {
    /// The share of messages that failed for good, between 0 and 1, above which an alert fires.
    public var errorThreshold: Double?
    /// The 99th percentile of the time from receipt to settlement above which an alert fires.
    public var latencyThreshold: Duration?
    /// What is looked back upon.
    public var window: Duration

    public init(errorThreshold: Double? = nil, latencyThreshold: Duration? = nil, window: Duration = .seconds(300)) {
        self.errorThreshold = errorThreshold
        self.latencyThreshold = latencyThreshold
        self.window = window
    }

    /// How often it is looked: thirty times a window, but not more than once a second.
    var interval: Duration { max(.seconds(1), window / 30) }

    /// - Throws: `monitoringInvalid` for the first value that is not possible.
    func check() throws(IntegrationError) {
        if errorThreshold == nil, latencyThreshold == nil {
            throw IntegrationError(.monitoringInvalid, "alerts need an error threshold or a latency threshold")
        }
        if let share = errorThreshold, !(0...1).contains(share) {
            throw IntegrationError(.monitoringInvalid, "the error threshold \(share) is not between 0 and 1")
        }
        if let limit = latencyThreshold, limit <= .zero {
            throw IntegrationError(.monitoringInvalid, "the latency threshold \(limit) is not above zero")
        }
        if window <= .zero { throw IntegrationError(.monitoringInvalid, "the window \(window) is not above zero") }
    }
}
