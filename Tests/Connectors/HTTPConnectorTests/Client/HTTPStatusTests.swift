import HTTPTransport
import IntegrationCore
import Testing

@Suite("Statuses")
struct HTTPStatusTests {
    @Test(
        "Each status has the class of failure that the delivery contract gives it",
        arguments: [
            (200, nil), (204, nil), (301, ErrorCode.httpRedirected), (400, .httpRefused), (401, .accessRefused),
            (403, .accessRefused), (404, .httpRefused), (407, .accessRefused), (408, .httpTimeout),
            (409, .httpRefused), (425, .httpTimeout), (429, .httpRateLimited), (500, .httpServerError),
            (503, .httpServerError), (504, .httpTimeout),
        ] as [(Int, ErrorCode?)])
    func classes(_ status: Int, _ code: ErrorCode?) {
        #expect(HTTPStatus.failure(status) == code)
    }
}
