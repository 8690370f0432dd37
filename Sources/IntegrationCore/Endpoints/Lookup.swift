public import IntegrationDocument

/// Something that is asked by key and answers with a document: a table, a web service, a database.
public protocol Lookup: Sendable {
    /// Opens the lookup for the length of `body`.
    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R
}

/// An open lookup.
public protocol Finder: RequestMaking {
    /// Finds the row of each key of `requests`, all at once.
    ///
    /// - Throws: when the service as a whole can't answer.
    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer]

    /// How many keys one request to the other system carries; limits, retries and breakers count requests.
    var keysPerRequest: Int { get }
}

extension Finder {
    public var keysPerRequest: Int { .max }
}

/// A lookup that can be had at several addresses, which all answer alike.
public protocol AddressedLookup: Lookup {
    /// The same lookup at another address, such as `https://c1.example.com:8443`.
    ///
    /// - Throws: `cannotBuild` where that is no address of this kind of service.
    func at(_ address: String) throws(IntegrationError) -> any Lookup
}

/// An open finder whose other side can be asked whether it is well.
public protocol HealthChecking: Sendable {
    /// Returns when the other side said that it is well.
    ///
    /// - Parameters:
    ///   - path: what is asked, such as `/healthz`.
    ///   - timeout: how long the answer may take.
    /// - Throws: what is wrong with it.
    func checkHealth(_ path: String, timeout: Duration) async throws(IntegrationError)
}

/// A finder that has everything at hand and never waits.
public protocol ImmediateFinder: Finder {
    /// The row with this key; nil where there is none. The view is valid as long as the finder.
    func row(_ key: UnsafeBufferPointer<UInt8>) -> View?
    /// The bytes that every row refers to.
    var block: ByteBlock { get }
}

/// A key as its characters (a string's) or its text (a number's).
public struct LookupKey: Sendable, Hashable {
    public var text: String
    public init(_ text: String) { self.text = text }
}

public enum LookupAnswer: Sendable {
    case found(Document)
    case missing
    case failed(IntegrationError)
}
