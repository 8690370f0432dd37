/// One endpoint of a service.
public struct ServiceEndpoint: Sendable, Hashable {
    /// What it is called in lists and by whoever takes it out again; its address where nobody named it.
    public var name: String
    /// Such as `https://c1.example.com:8443`.
    public var address: String
    /// Its share of the requests.
    public var weight: Int

    public init(name: String? = nil, address: String, weight: Int = 1) {
        self.name = name ?? address
        self.address = address
        self.weight = weight
    }
}
