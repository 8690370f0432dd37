internal import IntegrationCore
internal import IntegrationServer

/// The storage folder of a stopped engine: the same requests, answered in this process.
struct FolderLink: EngineLink {
    let services: AdminServices

    func answer(_ request: AdminRequest) async throws(IntegrationError) -> AdminAnswer {
        await RouteTable.standard.answer(request, services)
    }
}
