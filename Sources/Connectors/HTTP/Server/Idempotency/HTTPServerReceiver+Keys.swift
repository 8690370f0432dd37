internal import Crypto
internal import IntegrationCore
internal import IntegrationDocument

/// Repeats of requests: each key becomes one message, and a repeat gets the reply of the first (see `docs/http-server.md`).
extension HTTPServerReceiver {
    /// A request that has a key of its own now.
    struct Keyed: Sendable {
        var key: [UInt8]
        var fingerprint: [UInt8]
    }

    /// Answers the requests that repeat others; what is left becomes the batch.
    func takeRepeats(
        _ rules: IdempotencyRules, from requests: inout RequestBatch
    ) async throws(IntegrationError) -> [Keyed] {
        let (exchanges, batch) = (requests.exchanges, requests.batch)
        var entered: [(index: Int, keyed: Keyed)] = []
        for index in exchanges.indices {
            do throws(Refusal) {
                entered.append((index, try enter(rules, exchanges[index], batch.messages[index], batch.arena)))
            } catch {
                refuse(exchanges[index], error)
            }
        }
        let known: [RememberedReply?]
        do throws(IntegrationError) {
            known = try await remembered(entered.map(\.keyed.key), rules)
        } catch {
            for (index, keyed) in entered {
                rules.desk.leave(keyed.key)
                refuse(exchanges[index], Refusal(error))
            }
            guard error.isRetryable else { throw error }
            entered = []
            known = []
        }
        var live: [(exchange: Exchange, message: Message, keyed: Keyed)] = []
        for ((index, keyed), reply) in zip(entered, known) {
            guard let reply else {
                live.append((exchanges[index], batch.messages[index].known(by: keyed, in: namespace), keyed))
                continue
            }
            rules.desk.leave(keyed.key)
            if reply.fingerprint == keyed.fingerprint {
                HTTPServerReceiver.send([(exchanges[index], reply.reply)])
            } else {
                refuse(exchanges[index], Self.otherBody)
            }
        }
        let keyed = live.map(\.keyed)
        requests.exchanges = live.map(\.exchange)
        requests.batch.messages = live.enumerated().map { $1.message.moved(to: $0) }
        if context.keys != nil {
            requests.batch.settledKeys = settledKeys(keyed, requests.exchanges, rules)
        }
        return keyed
    }

    private static var otherBody: Refusal {
        Refusal(422, "the idempotency key was used with another body")
    }

    /// Where replies are kept.
    private var namespace: String { "\(context.flow)/replies \(route.pattern.text)" }

    private func enter(
        _ rules: IdempotencyRules, _ exchange: Exchange, _ message: Message, _ arena: Arena
    ) throws(Refusal) -> Keyed {
        var input = TextInput(message: message, arena: arena, context: context)
        let text: String
        do throws(IntegrationError) {
            text = try rules.key.string(&input, encoding: .plain)
        } catch {
            throw Refusal(400, "the request has no idempotency key", code: error.code.id)
        }
        let keyed = Keyed(
            key: Array(text.utf8), fingerprint: Array(SHA256.hash(data: Array(arena.bytes(message.original)))))
        switch rules.desk.enter(keyed.key, keyed.fingerprint) {
        case .mine: return keyed
        case .busy: throw .later(409, "the same request is being processed")
        case .other: throw Self.otherBody
        }
    }

    private func remembered(
        _ keys: [[UInt8]], _ rules: IdempotencyRules
    ) async throws(IntegrationError) -> [RememberedReply?] {
        guard let store = context.keys else {
            let now = context.clock.wallTime
            return keys.map { rules.desk.kept($0, at: now) }
        }
        return try await store.notes(namespace, keys).map { $0.flatMap(RememberedReply.init) }
    }

    /// What makes a key done, with its reply, in the transaction that makes its message safe.
    private func settledKeys(
        _ keyed: [Keyed], _ exchanges: [Exchange], _ rules: IdempotencyRules
    ) -> [SettledKey] {
        keyed.indices.map { origin in
            let (exchange, keyed) = (exchanges[origin], keyed[origin])
            return SettledKey(origin: origin, namespace: namespace, key: keyed.key, window: rules.window) {
                [self] result, arena in
                RememberedReply(keyed.fingerprint, success(exchange, result, arena)).bytes
            }
        }
    }

    /// What was in hand is no longer; where no store keeps replies they are kept here.
    func leave(_ keyed: [Keyed], _ replies: [(exchange: Exchange, reply: EncodedReply)], _ settlement: Settlement) {
        guard let rules = source.keys else { return }
        for (origin, one) in keyed.enumerated() {
            if context.keys == nil, case .accepted = settlement.outcome(of: origin) {
                rules.desk.keep(
                    RememberedReply(one.fingerprint, replies[origin].reply), for: one.key,
                    until: context.clock.wallTime + rules.window)
            }
            rules.desk.leave(one.key)
        }
    }
}

extension Message {
    /// The same message under an id that its key gives it, so that every copy bears the same one.
    fileprivate func known(by keyed: HTTPServerReceiver.Keyed, in namespace: String) -> Message {
        let digest = Array(SHA256.hash(data: Array(namespace.utf8) + [0] + keyed.key))
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return Message(
            id: MessageID(high: number(digest[0..<8]), low: number(digest[8..<16])), origin: origin, body: original,
            metadata: metadata, attempts: attempts, receiveCount: receiveCount)
    }
}
