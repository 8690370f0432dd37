public import IntegrationStore

extension Storage {
    /// The embedded store in a folder, which is made where it is missing.
    public convenience init(
        in folder: String, settings: StoreSettings = StoreSettings(), queues: [QueueName: QueueSettings] = [:],
        rejecting: Set<QueueName> = [], readsFromStart: Bool = false
    ) {
        self.init(queues: queues, rejecting: rejecting, readsFromStart: readsFromStart) { body in
            try await SQLiteStore.withStore(in: folder, settings: settings) { try await body($0) }
        }
    }
}
