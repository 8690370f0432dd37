internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationStore

extension Storage {
    /// The store of a configuration: in its `storage:` folder, or in memory where there is none.
    convenience init(_ document: ConfigurationDocument, readsFromStart: Bool) {
        var queues: [QueueName: QueueSettings] = [:]
        for queue in document.queues { queues[QueueName(queue.name)] = QueueSettings(queue.value) }
        let rejecting = Set(document.queues.filter { $0.value.overflow == .reject }.map { QueueName($0.name) })
        guard let storage = document.storage else {
            // State that lives in memory: in a folder that goes with the process.
            self.init(queues: queues, rejecting: rejecting) { try await SQLiteStore.withTemporaryStore($0) }
            return
        }
        let settings = StoreSettings(durability: Durability(storage.durability))
        self.init(
            in: storage.path.resolved, settings: settings, queues: queues, rejecting: rejecting,
            readsFromStart: readsFromStart)
    }
}

extension QueueSettings {
    init(_ configuration: QueueConfiguration) {
        self.init(
            maxMessages: configuration.maxMessages, maxBytes: configuration.maxBytes.bytes,
            retention: Retention(age: configuration.retention))
    }
}

extension Durability {
    init(_ durability: StorageConfiguration.Durability) {
        switch durability {
        case .full: self = .full
        case .os: self = .os
        case .none: self = .none
        }
    }
}
