internal import IntegrationCore
internal import Synchronization

extension ConnectorContract {
    static let probing: [Check] =
        [
            Check("a probe of a sound connector passes, step by step, in their order", needs: .probe) { home, context in
                let steps = try await probe(home, .sound, in: context)
                let order = ProbeStep.Name.allCases
                try require(!steps.isEmpty, "there are steps")
                try require(
                    steps.map { order.firstIndex(of: $0.name) ?? 0 }, is: steps.indices.map { $0 },
                    "resolve, connect, tls, authenticate, request, each once")
                for step in steps {
                    if case .failed(let error) = step.outcome {
                        throw ContractViolation("\(step.name.rawValue) passes: \(error)")
                    }
                    try require(step.time >= .zero && step.time < patience, "each step has its time")
                }
            },
            Check("a probe says that nobody listens", needs: .probe) { home, context in
                try await fails(home, .unreachable, at: [.connect], in: context)
            },
            Check("a probe says that credentials are wrong", needs: [.probe, .credentials]) { home, context in
                try await fails(home, .wrongCredentials, at: [.authenticate], in: context)
            },
            Check("a probe gives up on who says nothing", needs: [.probe, .silence]) { home, context in
                try await fails(home, .silent, at: [.tls, .authenticate, .request], in: context)
            },
        ]
        + TLSFlaw.allCases.map { flaw in
            Check("a probe says that there is \(flaw.rawValue)", needs: [.probe, .tls]) { home, context in
                // Who asks for our certificate may say so only behind the handshake (TLS 1.3).
                let places: [ProbeStep.Name] = flaw == .noClientCertificate ? [.tls, .authenticate, .request] : [.tls]
                try await fails(home, .untrusted(flaw), at: places, in: context)
            }
        }

    private static func probe(
        _ home: any ConnectorHome, _ variant: ConnectorVariant, in context: FlowContext
    ) async throws -> [ProbeStep] {
        let probe = try await home.probe(variant)
        return try await inTime(within: .seconds(30), "the probe ends") {
            let steps = Mutex<[ProbeStep]>([])
            await probe.run(in: context) { step in steps.withLock { $0.append(step) } }
            return steps.withLock { $0 }
        }
    }

    private static func fails(
        _ home: any ConnectorHome, _ variant: ConnectorVariant, at places: [ProbeStep.Name], in context: FlowContext
    ) async throws {
        let steps = try await probe(home, variant, in: context)
        guard let last = steps.last, case .failed(let error) = last.outcome else {
            throw ContractViolation("the probe fails: its steps were \(steps.map(\.name.rawValue))")
        }
        try require(places.contains(last.name), "it fails at \(places.map(\.rawValue)), not at \(last.name.rawValue)")
        try require(!error.message.isEmpty, "with a reason")
        let failures = steps.count { if case .failed = $0.outcome { true } else { false } }
        try require(failures, is: 1, "the failed step is the last")
    }
}
