public import IntegrationCore
internal import Synchronization

extension ConnectorProbe {
    /// The steps as lines: name, outcome and words.
    public func lines() async -> [String] {
        let steps = Mutex<[ProbeStep]>([])
        await run(in: .quiet()) { step in steps.withLock { $0.append(step) } }
        return steps.withLock { $0 }.map { step in
            switch step.outcome {
            case .passed(let words): "\(step.name.rawValue): \(words)"
            case .skipped(let words): "\(step.name.rawValue) skipped: \(words)"
            case .failed(let error):
                "\(step.name.rawValue) failed: "
                    + ([error.code.id, error.message] + error.causes).joined(separator: ": ")
            }
        }
    }
}
