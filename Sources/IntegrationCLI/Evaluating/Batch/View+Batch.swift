internal import IntegrationCore
internal import IntegrationDocument

extension ConfigurationNode {
    /// A JSON value as a configuration would hold it.
    init(_ view: View) {
        switch view.kind {
        case .string, .escapedString: self = .string(view.string ?? "")
        case .array: self = .sequence(view.elements.map { ConfigurationNode($0) })
        case .object: self = .mapping(view.members.map { ($0.key.string ?? "", ConfigurationNode($0.value)) })
        default: self = .plain(String(decoding: [UInt8](json: view), as: UTF8.self))
        }
    }
}

extension [UInt8] {
    /// A value as minimal JSON.
    init(json view: View) {
        var out = OutputBuffer(capacity: 256)
        out.append(view)
        self = out.withBytes { Array($0) }
    }
}

extension View {
    /// The value as JSON in which each name stands once, with its last value.
    var jsonOfLastMembers: String {
        var out: [UInt8] = []
        appendLastMembers(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private func appendLastMembers(to out: inout [UInt8]) {
        switch kind {
        case .array:
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.appendLastMembers(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object:
            var places: [[UInt8]: Int] = [:]
            var last: [(key: View, value: View)] = []
            for member in members {
                if let place = places[member.key.decodedBytes] {
                    last[place].value = member.value
                } else {
                    places[member.key.decodedBytes] = last.count
                    last.append((member.key, member.value))
                }
            }
            out.append(UInt8(ascii: "{"))
            for (index, member) in last.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                out += [UInt8](json: member.key)
                out.append(UInt8(ascii: ":"))
                member.value.appendLastMembers(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        default: out += [UInt8](json: self)
        }
    }
}
