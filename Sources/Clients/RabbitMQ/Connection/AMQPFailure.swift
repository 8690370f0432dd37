internal import CRabbitMQ
internal import IntegrationCore

/// What the broker and the library say when something fails, in our words.
enum AMQPFailure {
    /// What was asked of the broker when it failed.
    enum Stage: Equatable {
        case login(user: String, virtualHost: String)
        /// Such as `queue `orders` of type quorum`.
        case declaring(String)
        case consuming(queue: String)
        case publishing(exchange: String)
        case other(String)
    }

    /// The broker closed a channel or the connection (AMQP 0-9-1, section 1.3.2 "reply codes").
    static func refusal(_ code: UInt16, _ text: String, _ stage: Stage) -> IntegrationError {
        let native = "\(code)"
        func error(_ kind: ErrorCode, _ words: String, remedy: String? = nil) -> IntegrationError {
            IntegrationError(kind, words, nativeCode: native, causes: [text], remedy: remedy)
        }
        switch (code, stage) {
        case (406, _) where text.contains("consumer_timeout") || text.contains("acknowledgement on channel"):
            return error(
                .amqpFailed,
                "the broker gave up waiting for acknowledgements (`consumer_timeout`) and closed the channel",
                remedy: "Keep `visibility_timeout` of the source below the broker's `consumer_timeout` (30 minutes "
                    + "unless it is changed), or raise the latter in rabbitmq.conf.")
        case (403, .login(let user, _)): return error(.accessRefused, "the broker refused the user `\(user)`")
        case (530, .login(_, let host)):
            if text.contains("limit (") {
                return error(
                    .connectionRefused, "the broker takes no more connections here",
                    remedy: "Look at the limits of the virtual host `\(host)` and of the user (`rabbitmqctl "
                        + "list_vhost_limits`, `list_user_limits`).")
            }
            if text.contains("is down") {
                return error(
                    .connectionRefused, "the virtual host `\(host)` is down at that node",
                    remedy: "Look at the broker's log; `rabbitmqctl restart_vhost -p \(host)` starts it again.")
            }
            guard text.contains("not found") else {
                return error(.accessRefused, "the user may not use the virtual host `\(host)`")
            }
            return error(
                .amqpNotFound, "the broker has no virtual host `\(host)`",
                remedy: "Create it (`rabbitmqctl add_vhost \(host)`), or correct `virtual_host`.")
        case (404, .publishing(let exchange)): return error(.amqpNotFound, "there is no exchange `\(exchange)`")
        case (404, .consuming(let queue)): return error(.amqpNotFound, "there is no queue `\(queue)`")
        case (404, .declaring(let what)): return error(.amqpNotFound, "\(what) is not there")
        case (403, .consuming(let queue)) where text.contains("exclusive"), (405, .consuming(let queue)):
            return error(.amqpQueueTaken, "the queue `\(queue)` has a consumer that shares it with nobody")
        case (405, .declaring(let what)): return error(.amqpQueueTaken, "\(what) belongs to another connection")
        case (406, .declaring(let what)) where text.contains("invalid arg"):
            return error(
                .amqpDiffers, "\(what) can't be declared with an argument that the broker does not take",
                remedy: "Correct its `arguments`: the broker names the one that it means.")
        case (406, .declaring(let what)):
            return error(.amqpDiffers, "\(what) was asked for, and one of another kind is there")
        case (403, .publishing(let exchange)):
            return error(.accessRefused, "the user may not publish to the exchange `\(exchange)`")
        case (403, .consuming(let queue)):
            return error(.accessRefused, "the user may not consume the queue `\(queue)`")
        case (403, _): return error(.accessRefused, "the user may not do this: \(stage.words)")
        case (320, _): return error(.connectionCut, "the broker closed the connection")
        default: return error(.amqpFailed, "the broker ended it: \(stage.words)")
        }
    }

    /// What failed before anything was sent, so that it loses no message a try.
    static func unsent(_ error: IntegrationError) -> IntegrationError {
        guard [.interrupted, .timeout, .serverError].contains(error.code.retryClass) else { return error }
        return IntegrationError(
            error.code == .answerTimedOut ? .connectTimedOut : .connectionRefused, error.message,
            nativeCode: error.nativeCode, causes: error.causes, remedy: error.remedy)
    }

    /// The library's own error, over a connection that was there.
    static func library(_ status: Int32, _ functions: AMQPLibrary.Functions, _ what: String) -> IntegrationError {
        let words = functions.pointee.amqp_error_string2(status).map { String(cString: $0) } ?? "error \(status)"
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_TIMEOUT:
            return IntegrationError(.answerTimedOut, "the broker did not answer in time: \(what)", causes: [words])
        case AMQP_STATUS_HEARTBEAT_TIMEOUT:
            return IntegrationError(
                .connectionCut, "the broker gave no sign for two heartbeats: \(what)", causes: [words])
        case AMQP_STATUS_TABLE_TOO_BIG, AMQP_STATUS_INVALID_PARAMETER:
            return IntegrationError(.amqpMessageInvalid, "it can't be written as AMQP: \(what)", causes: [words])
        default: return IntegrationError(.connectionCut, "the connection was cut: \(what)", causes: [words])
        }
    }

    /// Why TLS could not be agreed upon.
    ///
    /// - Parameter reason: what OpenSSL said last.
    static func tls(
        _ seen: crabbitmq_handshake, _ reason: String?, _ address: AMQPOptions.Address, _ tls: TLSConfiguration
    ) -> IntegrationError {
        var seen = seen
        let name = tls.serverName ?? address.host
        let subject = text(&seen.subject)
        let issuer = text(&seen.issuer)
        let cause: String
        switch seen.complaint {
        case 0: cause = words(reason ?? "it closed the connection during the handshake", tls)
        case 10: cause = "its certificate (\(subject)) expired \(-seen.days_left) days ago"
        case 9: cause = "its certificate (\(subject)) is not valid yet"
        case 18: cause = "its certificate is self-signed: nobody whom we trust vouches for it"
        case 62, 64: cause = "its certificate (\(subject)) is not for \(name)"
        case 2, 19, 20, 21: cause = "its certificate is signed by `\(issuer)`, an authority that we don't trust"
        default: cause = "its certificate (\(subject)) was not accepted: \(text(&seen.words))"
        }
        return IntegrationError(.tlsFailed, "TLS with \(address) failed", causes: [cause])
    }

    /// The text of an array of characters that ends with a zero.
    static func text<Characters>(_ characters: inout Characters) -> String {
        withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func words(_ reason: String, _ tls: TLSConfiguration) -> String {
        let ours =
            tls.cert == nil
            ? "it demands a client certificate, and `tls.cert` and `tls.key` name none"
            : "it does not accept our certificate (`tls.cert`)"
        let versions = "no version of TLS is common to both: we speak \(tls.minimumVersion.rawValue) or newer"
        let table: [(String, String)] = [
            ("certificate required", ours), ("alert unknown ca", ours), ("alert bad certificate", ours),
            ("certificate expired", ours), ("alert access denied", ours), ("alert handshake failure", ours),
            ("alert protocol version", versions), ("unsupported protocol", versions),
            ("wrong version number", "what listens there does not speak TLS"),
        ]
        return table.first { reason.contains($0.0) }?.1 ?? reason
    }
}
