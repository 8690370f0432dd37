import IntegrationServices
import Testing

@Suite("Endpoints of a service")
struct ServiceEndpointTests {
    @Test("An endpoint that nobody named is called by its address")
    func name() {
        #expect(ServiceEndpoint(address: "http://a").name == "http://a")
        #expect(ServiceEndpoint(name: "a", address: "http://a").name == "a")
    }
}
