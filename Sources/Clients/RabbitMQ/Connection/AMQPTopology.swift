/// Exchanges, queues and bindings that a broker should have.
public struct AMQPTopology: Sendable, Hashable {
    public struct Exchange: Sendable, Hashable {
        public var name: String
        /// Such as `topic`.
        public var type: String
        public var isDurable = true
        public var isAutoDelete = false
        /// Whether it is only checked that it is there.
        public var isPassive = false
        public var arguments = AMQPTable()

        public init(_ name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    public struct Queue: Sendable, Hashable {
        public var name: String
        public var isDurable = true
        public var isAutoDelete = false
        /// Whether it is only checked that it is there.
        public var isPassive = false
        public var arguments = AMQPTable()

        public init(_ name: String) { self.name = name }
    }

    public struct Binding: Sendable, Hashable {
        public var queue: String
        public var exchange: String
        public var routingKey: String
        public var arguments = AMQPTable()

        public init(queue: String, exchange: String, routingKey: String) {
            self.queue = queue
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    public var isEmpty: Bool { exchanges.isEmpty && queues.isEmpty && bindings.isEmpty }
}
