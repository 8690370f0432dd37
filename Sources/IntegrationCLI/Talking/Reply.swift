internal import IntegrationCore
internal import IntegrationDocument

/// The JSON that an engine answered with.
struct Reply: Sendable {
    let document: Document

    init(_ body: [UInt8]) throws(IntegrationError) {
        do {
            document = try Document(body)
        } catch {
            throw IntegrationError(.answerBroken, "it is not JSON: \(error.reason.rawValue)")
        }
    }

    /// The elements of a list, each made into something.
    func items<R>(
        _ name: String = "items", _ body: (View) throws(IntegrationError) -> R
    ) throws(IntegrationError) -> [R] {
        try document.withRoot { root throws(IntegrationError) in
            guard let list = root[name], list.kind == .array else {
                throw IntegrationError(.answerBroken, "it has no `\(name)`")
            }
            var result: [R] = []
            for element in list.elements { result.append(try body(element)) }
            return result
        }
    }

    func text(_ name: String) -> String? { document.withRoot { $0[name]?.string } }
    func integer(_ name: String) -> Int? { document.withRoot { $0[name]?.integer.map(Int.init) } }
    func bool(_ name: String) -> Bool { document.withRoot { $0[name]?.bool } ?? false }
    func texts(_ name: String) -> [String] { document.withRoot { $0[name]?.elements.compactMap(\.string) } ?? [] }
}

extension View {
    /// The characters of a member that is a string; empty where there is none.
    func text(_ name: String) -> String { self[name]?.string ?? "" }
    func integer(_ name: String) -> Int? { self[name]?.integer.map(Int.init) }
    func number(_ name: String) -> Double? { self[name]?.double }

    /// Minimal JSON, on one line.
    var json: String {
        var out = OutputBuffer()
        out.append(self)
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
