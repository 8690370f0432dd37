public import IntegrationStore

extension Storage {
    /// The embedded store in a folder, which is made where it is missing.
    public convenience init(
        in folder: String, settings: StoreSettings = StoreSettings(), queues: [QueueName: QueueSettings] = [:],
        readsFromStart: Bool = false
    ) {
        self.init(queues: queues, readsFromStart: readsFromStart) { body in
            try await SQLiteStore.withStore(in: folder, settings: settings) { try await body($0) }
        }
    }
}
