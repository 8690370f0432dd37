internal import IntegrationCore

extension ConnectorContract {
    static let failing: [Check] =
        [
            Check("an address where nobody listens is no message's fault", needs: [.destination, .probe]) {
                home, context in
                let error = try await failure(of: home.destination(.unreachable), in: context)
                try require(error.code.retryClass, is: .connection, "messages wait and lose no try: \(error)")
                try require(!error.message.isEmpty, "it says where nobody listens")
            },
            Check("wrong credentials are no message's fault", needs: [.destination, .credentials]) { home, context in
                let error = try await failure(of: home.destination(.wrongCredentials), in: context)
                try require(error.code, is: .accessRefused, "who is refused")
                try require(error.code.retryClass, is: .connection, "messages wait and lose no try")
            },
            Check("who says nothing is given up in time", needs: [.destination, .silence]) { home, context in
                let error = try await failure(of: home.destination(.silent), in: context)
                // A try where the message was sent, and none where it was not yet.
                let expected: [ErrorCode] = [.answerTimedOut, .connectTimedOut]
                try require(expected.contains(error.code), "it took too long: \(error)")
            },
            Check("a send that is cancelled ends at once", needs: [.destination, .silence]) { home, context in
                let destination = try await home.destination(.silent)
                try await inTime(within: .seconds(5), "the send ends") {
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            do {
                                try await destination.withSender(in: context) { try await $0.accept(["{}"]) }
                            } catch {
                                // Cancelled: what it says about that does not matter.
                            }
                        }
                        do {
                            try await context.clock.sleep(for: .milliseconds(200))
                        } catch {
                            // The check itself is being given up.
                        }
                        group.cancelAll()
                    }
                }
            },
        ]
        + TLSFlaw.allCases.map { flaw in
            Check("\(flaw.rawValue) is refused, and the reason can be read", needs: [.destination, .tls]) {
                home, context in
                let error = try await failure(of: home.destination(.untrusted(flaw)), in: context)
                try require(error.code, is: .tlsFailed, "no trusted connection: \(error)")
                try require(([error.message] + error.causes).joined().count > 20, "the reason is said: \(error)")
                try require(try await home.arrived(), is: [], "nothing was handed over")
            }
        }

    /// The error that sending one message ends with.
    static func failure(of destination: any Destination, in context: FlowContext) async throws -> IntegrationError {
        try await inTime("it fails in time") {
            do {
                return try await destination.withSender(in: context) { sender in
                    let report = try await sender.send(try Batch(contract: ["{\"n\":1}"]))
                    guard let refused = report.refused.first else {
                        throw ContractViolation("it fails: the message was accepted")
                    }
                    return refused.error
                }
            } catch let error as IntegrationError {
                return error
            }
        }
    }
}
