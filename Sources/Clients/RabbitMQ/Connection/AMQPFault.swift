internal import IntegrationCore

/// Something failed on a connection.
struct AMQPFault: Error {
    enum Reach {
        /// The channel is gone, and the connection goes on.
        case channel
        /// The connection is gone.
        case connection
    }

    var reach: Reach
    var error: IntegrationError
}
