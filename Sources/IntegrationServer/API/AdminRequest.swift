/// One request to the admin API, whatever brought it here.
public struct AdminRequest: Sendable {
    /// As on the wire: `GET`, `POST`, `PUT`, `DELETE`.
    public var method: String
    /// Path and query, percent-encoded (RFC 3986).
    public var target: String
    public var body: [UInt8]
    public var role: AdminRole

    public init(_ method: AdminMethod, _ target: String, body: [UInt8] = [], role: AdminRole = .admin) {
        self.init(method: method.rawValue, target: target, body: body, role: role)
    }

    public init(method: String, target: String, body: [UInt8], role: AdminRole) {
        self.method = method
        self.target = target
        self.body = body
        self.role = role
    }
}

/// What a route does to a resource (RFC 9110, 9.3).
public enum AdminMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
}

/// What somebody may do; each role may do what those before it may.
public enum AdminRole: String, Sendable, Comparable, CaseIterable {
    case viewer, `operator`, admin

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
