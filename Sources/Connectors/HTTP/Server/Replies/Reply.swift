/// What is answered, without what belongs to the connection (`Date`, `Connection`).
struct Reply: Sendable, Hashable {
    var status: Int
    var headers: [Header]
    var body: [UInt8]

    struct Header: Sendable, Hashable {
        var name: String
        var value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    init(_ status: Int, headers: [Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
