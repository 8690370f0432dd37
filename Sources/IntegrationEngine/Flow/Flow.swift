public import IntegrationCore

/// A flow: sources, steps, destinations, and what happens to messages that fail.
///
/// A description; it opens nothing. The engine runs it.
public struct Flow: Sendable {
    /// A source of a flow, under the name that logs and dead letters bear.
    public struct Entry: Sendable {
        public var name: String
        public var source: any Source

        public init(_ name: String, _ source: any Source) {
            self.name = name
            self.source = source
        }
    }

    public var name: String
    public var summary: String
    /// Tells what the flow was when something happened to a message, such as a hash of its configuration.
    public var version = ""
    public var sources: [Entry]
    public var steps: [any StepDefinition]
    /// Name of the destination of messages that no route step sent elsewhere; nil where a route step always decides.
    public var destination: String?
    public var errorHandling: ErrorHandling
    public var ordering: Ordering
    /// How many deliveries are worked on at once; nil: twice the processors (one where order is promised).
    public var lanes: Int?
    public var limits: InFlightLimits
    /// Variables that expressions of its steps may read as `$env`.
    public var environment: [String: String] = [:]
    /// What the event log keeps of it, where there is a store.
    public var recording = Recording.failures
    /// Destinations and services that come with the flow, by name; the engine adds them to its own.
    public var ownDestinations: [String: any Destination] = [:]
    public var ownLookups: [String: any Lookup] = [:]

    public init(
        name: String, summary: String = "", sources: [Entry] = [], steps: [any StepDefinition] = [],
        destination: String? = nil, errorHandling: ErrorHandling = ErrorHandling(), ordering: Ordering = .none,
        lanes: Int? = nil, limits: InFlightLimits = InFlightLimits()
    ) {
        self.name = name
        self.summary = summary
        self.sources = sources
        self.steps = steps
        self.destination = destination
        self.errorHandling = errorHandling
        self.ordering = ordering
        self.lanes = lanes
        self.limits = limits
    }
}

/// The order that a flow promises.
public enum Ordering: Sendable {
    case none
    /// Messages leave in the order the source gave them.
    case source
    /// Messages with the same key leave in the order the source gave them.
    case key(any MessageKeyDefinition)

    /// Whether nothing is promised.
    public var isNone: Bool {
        if case .none = self { true } else { false }
    }
}

/// The most that a flow takes in before it has settled what it took: when full, its sources are not read.
public struct InFlightLimits: Sendable, Hashable {
    public var messages: Int
    public var bytes: Int

    public init(messages: Int = 20_000, bytes: Int = 64 << 20) {
        self.messages = messages
        self.bytes = bytes
    }
}
