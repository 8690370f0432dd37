internal import IntegrationDocument

/// The answer to a request: a status (RFC 9110, 15) and JSON.
public struct AdminAnswer: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ answer: some Answer) {
        var out = OutputBuffer()
        answer.write(to: &out)
        out.append(UInt8(ascii: "\n"))
        self.init(status: 200, body: out.withBytes { Array($0) })
    }

    public var isSuccess: Bool { (200..<300).contains(status) }
}
