/// What can go wrong with a broker that speaks AMQP 0-9-1, such as RabbitMQ.
extension ErrorCode {
    public static let amqpUnroutable = ErrorCode(
        "IE3401", "The message reaches no queue",
        explanation: """
            The broker took the message and sent it back: no queue is bound to the exchange under a key that matches \
            its routing key, so nobody would ever have seen it.
            """,
        remedy: "Bind a queue for that routing key, or write `mandatory: false` if such messages may vanish.")

    public static let amqpRejected = ErrorCode(
        "IE3402", "The broker did not take the message", retry: .serverError,
        explanation: """
            The broker answered a message with `basic.nack`: a queue is full and rejects what is published \
            (`x-overflow: reject-publish`), or a queue's process failed.
            """,
        remedy: "Look at the queue's length and at the broker's log; the message is tried again.")

    public static let amqpNotFound = ErrorCode(
        "IE3403", "The broker does not have it", retry: .connection,
        explanation: """
            The broker has no such virtual host, exchange or queue. Messages wait and lose no try until it is there.
            """,
        remedy: "Create it, or declare it in the connector's `exchanges` and `queues`; check the name's spelling.")

    public static let amqpDiffers = ErrorCode(
        "IE3404", "It is there, but of another kind", retry: .connection,
        explanation: """
            An exchange or queue of that name exists with another type, durability or other arguments than the \
            connector declares (PRECONDITION_FAILED). The broker never changes what exists.
            """,
        remedy: "Write what exists into the connector, write `passive: true`, or delete it at the broker.")

    public static let amqpQueueTaken = ErrorCode(
        "IE3405", "Somebody else has the queue for himself", retry: .connection,
        explanation: """
            The queue has an exclusive consumer already, or was declared exclusive by another connection \
            (ACCESS_REFUSED, RESOURCE_LOCKED).
            """,
        remedy: "Stop the other consumer, or leave `exclusive` out and let both share the queue.")

    public static let amqpBlocked = ErrorCode(
        "IE3406", "The broker takes nothing at the moment", retry: .connection,
        explanation: """
            The broker is short of memory or disk space and has blocked everybody who publishes \
            (`connection.blocked`). Messages wait and lose no try.
            """,
        remedy: "Look at the broker's alarms (`rabbitmq-diagnostics alarms`): free memory or disk space.")

    public static let amqpMessageInvalid = ErrorCode(
        "IE3407", "No AMQP message can be made of it",
        explanation: """
            A value of the message can't stand where the configuration puts it: a routing key or an id of more than \
            255 bytes, a line break in a header, headers that together fill more than a frame, or a body that is \
            larger than the broker takes. No queue has it.
            """,
        remedy: "Mend the message, or the expression that the error names.")

    public static let amqpFailed = ErrorCode(
        "IE3408", "The broker ended the exchange", retry: .serverError,
        explanation: "The broker closed the channel or the connection with a reason of its own, which the error shows.",
        remedy: "Read what the broker said; its log says more.")

    public static let amqpLibraryMissing = ErrorCode(
        "IE3409", "librabbitmq is not installed", retry: .connection,
        explanation: """
            AMQP is spoken by the library librabbitmq (rabbitmq-c), which is loaded when it is needed first. Messages \
            wait; the rest of the engine goes on without it.
            """,
        remedy: "Install it: `apt install librabbitmq4`.")

    public static let amqpCodes: [ErrorCode] = [
        amqpUnroutable, amqpRejected, amqpNotFound, amqpDiffers, amqpQueueTaken, amqpBlocked, amqpMessageInvalid,
        amqpFailed, amqpLibraryMissing,
    ]
}
