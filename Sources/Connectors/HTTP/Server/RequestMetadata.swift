internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// What a message knows of the request that it came as: `headers`, `method`, `path`, `query`, `parameters`, `remote`,
/// and where it stands in a trace.
enum RequestMetadata {
    /// Writes the metadata of a request into a batch's arena.
    static func write(_ exchange: Exchange, _ event: CloudEvent? = nil, in arena: Arena) -> UnsafePointer<Word> {
        let head = exchange.head
        var builder = Builder(arena, capacity: 24 + 2 * head.headers.count)
        let object = builder.open()
        var count = 3
        builder.append(string: "method")
        builder.append(string: head.method.rawValue)
        builder.append(string: "path")
        builder.append(string: exchange.target.path)
        builder.append(string: "remote")
        builder.append(string: exchange.remote)
        builder.append(string: "headers")
        writeHeaders(exchange, &builder)
        count += 1
        let hidden = exchange.route.rules.credentials?.parameter
        if exchange.target.query != nil {
            builder.append(string: "query")
            write(exchange.target.parameters.filter { $0.name != hidden }, &builder)
            count += 1
        }
        if !exchange.parameters.isEmpty {
            builder.append(string: "parameters")
            write(exchange.parameters, &builder)
            count += 1
        }
        count += writeTrace(head.headers, &builder)
        if let event {
            builder.append(string: "cloudevent")
            event.appendAttributes(to: &builder)
            count += 1
        }
        builder.close(object, .object, count: count)
        return builder.finish()
    }

    /// Names in lower case; several values of one are joined (RFC 9110, 5.3).
    private static func writeHeaders(_ exchange: Exchange, _ builder: inout Builder) {
        let rules = exchange.route.rules
        let headers = builder.open()
        var names: [String] = []
        names.reserveCapacity(exchange.head.headers.count)
        for (written, value) in exchange.head.headers {
            let name = written.lowercased()
            guard !rules.isSecret(header: name), !names.contains(name) else { continue }
            names.append(name)
            builder.append(string: name)
            let values = exchange.head.headers[name]
            builder.append(string: values.count == 1 ? value : values.joined(separator: ", "))
        }
        builder.close(headers, .object, count: names.count)
    }

    /// Parameters by name; one that comes more than once is a list.
    private static func write(_ parameters: [(name: String, value: String)], _ builder: inout Builder) {
        let object = builder.open()
        var names: [String] = []
        for (name, value) in parameters where !names.contains(name) {
            names.append(name)
            builder.append(string: name)
            let values = parameters.filter { $0.name == name }
            guard values.count > 1 else {
                builder.append(string: value)
                continue
            }
            let array = builder.open()
            for value in values { builder.append(string: value.value) }
            builder.close(array, .array, count: values.count)
        }
        builder.close(object, .object, count: names.count)
    }

    /// A trace context that breaks its rules counts as none.
    private static func writeTrace(_ headers: HTTPHeaders, _ builder: inout Builder) -> Int {
        let parents = headers["traceparent"]
        guard parents.count == 1, let trace = TraceContext(parent: parents[0], state: headers["tracestate"]) else {
            return 0
        }
        builder.append(string: "traceparent")
        builder.append(string: parents[0])
        guard let state = trace.state else { return 1 }
        builder.append(string: "tracestate")
        builder.append(string: state)
        return 2
    }
}
