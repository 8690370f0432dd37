internal import IntegrationCore
internal import IntegrationDocument

/// The endpoints that a text lists: one a line (`ADDRESS [weight=N] [name=NAME]`, `#` begins a comment), or JSON (a list
/// of addresses, or of objects with `url`, `weight` and `name`).
enum EndpointList {
    /// A service has no more.
    static let most = 1000
    static let heaviest = 1000

    /// - Parameter place: what messages call the text.
    /// - Throws: `endpointsInvalid` with the line; `endpointsNotFound` where none is listed.
    static func parse(_ bytes: [UInt8], from place: String) throws(IntegrationError) -> [ServiceEndpoint] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw IntegrationError(.endpointsInvalid, "\(place) is not UTF-8")
        }
        let first = text.utf8.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\t") }
        let endpoints =
            first == UInt8(ascii: "[") ? try json(bytes, place) : try lines(text, place)
        guard !endpoints.isEmpty else { throw IntegrationError(.endpointsNotFound, "\(place) lists no endpoint") }
        guard endpoints.count <= most else {
            throw IntegrationError(.endpointsInvalid, "\(place) lists more than \(most) endpoints")
        }
        if let twice = Dictionary(grouping: endpoints, by: \.name).first(where: { $0.value.count > 1 }) {
            throw IntegrationError(.endpointsInvalid, "\(place) lists `\(twice.key)` more than once")
        }
        return endpoints
    }

    private static func lines(_ text: String, _ place: String) throws(IntegrationError) -> [ServiceEndpoint] {
        var endpoints: [ServiceEndpoint] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let address = words.first else { continue }
            var endpoint = ServiceEndpoint(address: address)
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                switch parts.first {
                case "weight" where parts.count == 2:
                    endpoint.weight = try weight(Int(parts[1]), "\(place):\(index + 1)")
                case "name" where parts.count == 2: endpoint.name = parts[1]
                default:
                    throw IntegrationError(
                        .endpointsInvalid, "\(place):\(index + 1): `\(word)` is neither `weight=N` nor `name=NAME`")
                }
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    private static func json(_ bytes: [UInt8], _ place: String) throws(IntegrationError) -> [ServiceEndpoint] {
        let document: Document
        do throws(ParseError) {
            document = try Document(bytes)
        } catch {
            throw IntegrationError(
                .endpointsInvalid, "\(place):\(error.line):\(error.column): \(error.reason.rawValue)")
        }
        return try document.withRoot { root throws(IntegrationError) in
            var endpoints: [ServiceEndpoint] = []
            for (index, view) in root.elements.enumerated() {
                endpoints.append(try entry(view, "\(place), $[\(index)]"))
            }
            return endpoints
        }
    }

    private static func entry(_ view: View, _ place: String) throws(IntegrationError) -> ServiceEndpoint {
        if let address = view.string { return ServiceEndpoint(address: address) }
        guard view.kind == .object, let address = view["url"]?.string else {
            throw IntegrationError(.endpointsInvalid, "\(place) is neither an address nor an object with `url`")
        }
        var endpoint = ServiceEndpoint(address: address)
        for member in view.members {
            let value = member.value
            switch member.name {
            case "url": continue
            case "name":
                guard let name = value.string, !name.isEmpty else {
                    throw IntegrationError(.endpointsInvalid, "\(place): `name` is no text")
                }
                endpoint.name = name
            case "weight":
                endpoint.weight = try weight(value.integer.flatMap { Int(exactly: $0) }, place)
            default: throw IntegrationError(.endpointsInvalid, "\(place): unknown member `\(member.name)`")
            }
        }
        return endpoint
    }

    private static func weight(_ number: Int?, _ place: String) throws(IntegrationError) -> Int {
        guard let number, (1...heaviest).contains(number) else {
            throw IntegrationError(.endpointsInvalid, "\(place): a weight is a number from 1 to \(heaviest)")
        }
        return number
    }
}
