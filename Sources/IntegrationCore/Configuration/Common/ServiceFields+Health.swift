extension ServiceFields {
    /// When an endpoint whose calls fail gets no more of them for a while.
    public struct OutlierEjection: Configurable, Hashable {
        static let consecutiveFailures = Field<Int>.defaulted(
            "consecutive_failures", .int(1...1000), 5, "So many failures in a row take an endpoint out.")
        static let failureRatio = Field<Double>.defaulted(
            "failure_ratio", .ratio, 0.5, "So large a share of failures within `window` takes it out.")
        static let minimumRequests = Field<Int>.defaulted(
            "minimum_requests", .int(1...1_000_000), 20, "With fewer requests in the window the share says nothing.")
        static let window = Field<Duration>.defaulted("window", .duration, .seconds(10), "What is looked back upon.")
        static let initial = Field<Duration>.defaulted(
            "ejection_time", .duration, .seconds(1),
            "How long it stays out the first time; each time that follows soon is twice as long.")
        static let maximum = Field<Duration>.defaulted(
            "max_ejection_time", .duration, .seconds(60), "It never stays out longer.")
        static let maximumShare = Field<Double>.defaulted(
            "max_ejected", .ratio, 0.5,
            "The largest share of the endpoints that may be out; never all, and `0` ejects none.")
        public static let table = FieldTable(
            "outlier ejection", summary: "When an endpoint whose calls fail gets no more of them for a while.",
            fields: [consecutiveFailures, failureRatio, minimumRequests, window, initial, maximum, maximumShare],
            example: "{consecutive_failures: 5, ejection_time: 1s, max_ejection_time: 60s}")

        public var consecutiveFailures = 5
        public var failureRatio = 0.5
        public var minimumRequests = 20
        public var window = Duration.seconds(10)
        public var initial = Duration.seconds(1)
        public var maximum = Duration.seconds(60)
        public var maximumShare = 0.5

        public init() {}

        public init(_ fields: DecodedFields) {
            consecutiveFailures = fields[Self.consecutiveFailures]
            failureRatio = fields[Self.failureRatio]
            minimumRequests = fields[Self.minimumRequests]
            window = fields[Self.window]
            initial = fields[Self.initial]
            maximum = fields[Self.maximum]
            maximumShare = fields[Self.maximumShare]
        }
    }

    /// How many lookups may be tried again at another endpoint.
    public struct RetryBudget: Configurable, Hashable {
        static let ratio = Field<Double>.defaulted(
            "ratio", .ratio, 0.2, "So many for each call of the last 10 s; 0.2 is one for five calls.")
        static let reserve = Field<Double>.defaulted(
            "reserve", .number(0...100_000), 10, "So many in a second in any case.")
        public static let table = FieldTable(
            "retry budget",
            summary: """
                How many lookups may be tried again at another endpoint. Those that reached nobody, such as a refused \
                connection, cost nothing.
                """,
            fields: [ratio, reserve], example: "{ratio: 0.2, reserve: 10}")

        public var ratio = 0.2
        public var reserve = 10.0

        public init() {}

        public init(_ fields: DecodedFields) {
            ratio = fields[Self.ratio]
            reserve = fields[Self.reserve]
        }
    }
}
