internal import NIOCore

/// A reply as bytes: its status line, and what follows behind the headers that belong to the connection.
final class EncodedReply: Sendable {
    let status: Int
    let statusLine: [UInt8]
    /// The rest of the headers, the empty line that ends them, and the body.
    let rest: [UInt8]
    /// How many of `rest` are the body.
    let bodyCount: Int

    init(status: Int, rest: [UInt8], bodyCount: Int) {
        self.status = status
        statusLine = Array("HTTP/1.1 \(status) \(Self.reason(status))\r\n".utf8)
        self.rest = rest
        self.bodyCount = bodyCount
    }

    convenience init(_ reply: Reply) {
        var text = ""
        for header in reply.headers { text += "\(header.name): \(header.value)\r\n" }
        // A 204 has no body and says so by itself (RFC 9110, 8.6).
        if reply.status != 204 { text += "Content-Length: \(reply.body.count)\r\n" }
        text += "\r\n"
        let body = reply.status == 204 ? [] : reply.body
        self.init(status: reply.status, rest: Array(text.utf8) + body, bodyCount: body.count)
    }

    /// Appends the reply.
    ///
    /// - Parameters:
    ///   - date: the line of the `Date` header.
    ///   - connection: the line of the `Connection` header; empty where there is none.
    ///   - isHead: whether a `HEAD` is answered, which gets no body.
    func write(to buffer: inout ByteBuffer, date: [UInt8], connection: StaticString, isHead: Bool) {
        buffer.writeBytes(statusLine)
        buffer.writeBytes(date)
        buffer.writeStaticString(connection)
        buffer.writeBytes(isHead ? rest[..<(rest.count - bodyCount)] : rest[...])
    }

    /// The reason phrase (RFC 9110, section 15), which nobody may rely on.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
