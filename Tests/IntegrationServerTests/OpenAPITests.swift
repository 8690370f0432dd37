import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationServer

@Suite("The OpenAPI document") struct OpenAPITests {
    private func document() async throws -> Document {
        let services = AdminServices(
            about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
        let answer = await RouteTable.standard.answer(AdminRequest(.get, "/v1/openapi.json", role: .viewer), services)
        #expect(answer.status == 200)
        return try Document(answer.body)
    }

    @Test("It names every route with its role, and every parameter of its path")
    func routes() async throws {
        try await document().withRoot { root in
            #expect(root["openapi"]?.string == "3.1.0")
            for route in RouteTable.standard.routes {
                let operation = try #require(root["paths"]?[route.path]?[route.method.rawValue.lowercased()])
                #expect(operation["x-role"]?.string == route.role.rawValue)
                #expect(operation["summary"]?.string == route.summary)
                let names = operation["parameters"]?.elements.compactMap { $0["name"]?.string } ?? []
                for name in route.pathParameters { #expect(names.contains(name)) }
                #expect((operation["requestBody"] != nil) == (route.content != .none))
            }
        }
    }

    @Test("Every reference leads to a schema, and operation ids are unique")
    func references() async throws {
        try await document().withRoot { root in
            var references: [String] = []
            var identifiers: [String] = []
            func walk(_ view: View) {
                for member in view.members {
                    if member.name == "$ref", let text = member.value.string { references.append(text) }
                    if member.name == "operationId", let text = member.value.string { identifiers.append(text) }
                    walk(member.value)
                }
                for element in view.elements { walk(element) }
            }
            walk(root)
            #expect(references.count > 20)
            for reference in Set(references) {
                let name = try #require(reference.split(separator: "/").last)
                #expect(reference == "#/components/schemas/\(name)")
                #expect(root["components"]?["schemas"]?[String(name)] != nil, "\(reference)")
            }
            #expect(Set(identifiers).count == identifiers.count)
            #expect(identifiers.count == RouteTable.standard.routes.count)
        }
    }
}
