internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1

/// Makes the head of a request (RFC 9112, section 3): its target, and the headers that frame it.
enum RequestHead {
    /// - Throws: `httpRequestInvalid` for a method or header with characters that none may hold.
    static func of(_ request: HTTPRequest) throws(IntegrationError) -> HTTPRequestHead {
        guard HeaderName.isToken(request.method) else {
            throw IntegrationError(.httpRequestInvalid, "`\(request.method)` is no method")
        }
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.count + 3)
        headers.add(name: "host", value: request.address.authority)
        for (name, value) in request.headers {
            guard HeaderName.isToken(name), HeaderName.isValue(value) else {
                throw IntegrationError(
                    .httpRequestInvalid, "a header holds a character that no header may hold")
            }
            headers.add(name: name, value: value)
        }
        if !request.headers.contains(name: "accept-encoding") {
            headers.add(name: "accept-encoding", value: "gzip, deflate")
        }
        if let body = request.body {
            headers.add(name: "content-length", value: "\(body.readableBytes)")
        } else if ["POST", "PUT", "PATCH"].contains(request.method) {
            headers.add(name: "content-length", value: "0")
        }
        let address = request.address
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method),
            uri: (address.path.isEmpty ? "/" : address.path) + (address.query.map { "?" + $0 } ?? ""), headers: headers)
    }
}
