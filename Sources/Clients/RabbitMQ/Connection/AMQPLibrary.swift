internal import CRabbitMQ
internal import IntegrationCore

/// librabbitmq, loaded when somebody needs it first.
enum AMQPLibrary {
    typealias Functions = UnsafePointer<crabbitmq_functions>

    /// - Throws: `amqpLibraryMissing`.
    static func load() throws(IntegrationError) -> Functions {
        var reason: UnsafePointer<CChar>?
        guard let functions = crabbitmq_load(&reason) else {
            throw IntegrationError(
                .amqpLibraryMissing, "librabbitmq.so.4 can't be loaded",
                causes: reason.map { [String(cString: $0)] } ?? [])
        }
        return functions
    }
}
