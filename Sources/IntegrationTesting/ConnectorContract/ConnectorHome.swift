public import IntegrationCore

/// A connector with a real system behind it, for the contract that every connector keeps.
public protocol ConnectorHome: Sendable {
    /// What there is to be checked.
    var offers: ConnectorOffers { get }

    /// A destination that leads to the other system.
    func destination(_ variant: ConnectorVariant) async throws -> any Destination

    /// A source that brings what `feed` puts there; the same system every time.
    func source(_ variant: ConnectorVariant) async throws -> any Source

    func probe(_ variant: ConnectorVariant) async throws -> any ConnectorProbe

    /// Puts messages where the source finds them, and returns when they can be found there.
    func feed(_ messages: [ContractMessage]) async throws

    /// What each message fed so far has come to as far as whoever fed it can see; for sources that answer.
    func answers() async throws -> [FeedAnswer]

    /// What the other system has accepted from the destination so far, in order.
    func arrived() async throws -> [ContractMessage]

    /// Cuts every connection that is open now, as a network does.
    func cutConnections() async throws

    /// A body that the other system refuses for good.
    var refusedBody: String { get }
}

extension ConnectorHome {
    public func destination(_ variant: ConnectorVariant) async throws -> any Destination {
        throw ContractViolation("the home offers a destination and makes none")
    }

    public func source(_ variant: ConnectorVariant) async throws -> any Source {
        throw ContractViolation("the home offers a source and makes none")
    }

    public func probe(_ variant: ConnectorVariant) async throws -> any ConnectorProbe {
        throw ContractViolation("the home offers a probe and makes none")
    }

    public func feed(_ messages: [ContractMessage]) async throws {
        throw ContractViolation("the home offers a source and feeds nothing")
    }

    public func answers() async throws -> [FeedAnswer] {
        throw ContractViolation("the home offers answers and gives none")
    }

    public func arrived() async throws -> [ContractMessage] {
        throw ContractViolation("the home offers a destination and does not say what arrived")
    }

    public func cutConnections() async throws {
        throw ContractViolation("the home offers to cut connections and does not")
    }

    public var refusedBody: String { "" }
}

/// What a connector has; a check of what it lacks is not run.
public struct ConnectorOffers: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let destination = ConnectorOffers(rawValue: 1 << 0)
    public static let source = ConnectorOffers(rawValue: 1 << 1)
    /// `ConnectorProbe`, and `ConnectorVariant.unreachable`.
    public static let probe = ConnectorOffers(rawValue: 1 << 2)
    /// Headers go in and out.
    public static let headers = ConnectorOffers(rawValue: 1 << 3)
    /// `traceparent` and `tracestate` go in and out.
    public static let trace = ConnectorOffers(rawValue: 1 << 4)
    /// `refusedBody` is refused alone.
    public static let refusal = ConnectorOffers(rawValue: 1 << 5)
    /// The source hands over again what was not settled (class A).
    public static let redelivery = ConnectorOffers(rawValue: 1 << 6)
    /// The source answers whoever feeds it (class B).
    public static let answers = ConnectorOffers(rawValue: 1 << 7)
    /// `cutConnections`.
    public static let connections = ConnectorOffers(rawValue: 1 << 8)
    /// `ConnectorVariant.wrongCredentials`.
    public static let credentials = ConnectorOffers(rawValue: 1 << 9)
    /// `ConnectorVariant.untrusted`.
    public static let tls = ConnectorOffers(rawValue: 1 << 10)
    /// `ConnectorVariant.silent`.
    public static let silence = ConnectorOffers(rawValue: 1 << 11)
    /// Only one at a time may have the source open.
    public static let exclusive = ConnectorOffers(rawValue: 1 << 12)
}

/// How the connector is set up.
public enum ConnectorVariant: Sendable, Hashable {
    /// As it should be.
    case sound
    /// Nothing listens at its address.
    case unreachable
    /// Whoever listens accepts connections and says nothing; the connector waits for an answer for at most a second.
    case silent
    case wrongCredentials
    /// The other side's certificate is not to be trusted, or ours is missing.
    case untrusted(TLSFlaw)
}

/// What can be wrong with a TLS connection.
public enum TLSFlaw: String, Sendable, CaseIterable {
    case wrongHost = "the certificate of another host"
    case wrongAuthority = "an authority that is not trusted"
    case expired = "an expired certificate"
    case selfSigned = "a self-signed certificate"
    case noClientCertificate = "no certificate of our own where one is asked for"
    case downgrade = "a version that is too old"
}

/// A message as the contract looks at it.
public struct ContractMessage: Sendable, Hashable {
    public var body: String
    /// Names in lower case.
    public var headers: [String: String]

    public init(_ body: String, headers: [String: String] = [:]) {
        self.body = body
        self.headers = headers
    }
}

/// What whoever feeds a source that answers was told.
public enum FeedAnswer: Sendable, Hashable {
    /// Nothing yet.
    case none
    case accepted
    /// Try again.
    case retry
    /// Never try this again.
    case refused
}
