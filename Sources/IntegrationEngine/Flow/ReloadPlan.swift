/// Which flows stay, come and go when an engine is given something else to run.
struct ReloadPlan {
    /// A flow as it is before the reload.
    struct Present {
        var name: String
        var isPaused: Bool
        /// Told to stop, and through with it.
        var isStopped: Bool
    }

    /// Flows that run on untouched.
    let kept: Set<String>
    /// Flows that are drained, in their order.
    let leaving: [String]
    /// Flows that are new or replaced and are to run, in their order.
    let starting: [String]
    let paused: Set<String>
    let report: Engine.ReloadReport

    /// - Parameters:
    ///   - names: what is to be there, in order.
    ///   - unchanged: those of them that are what they were.
    init(names: [String], unchanged: Set<String>, present: [Present]) {
        let old = Set(present.map(\.name))
        let kept = unchanged.intersection(old).intersection(names)
        let stopped = Set(present.filter(\.isStopped).map(\.name))
        self.kept = kept
        leaving = present.map(\.name).filter { !kept.contains($0) }
        starting = names.filter { !kept.contains($0) && !stopped.contains($0) }
        paused = Set(present.filter(\.isPaused).map(\.name))
        report = Engine.ReloadReport(
            added: names.filter { !old.contains($0) },
            replaced: names.filter { old.contains($0) && !kept.contains($0) },
            removed: present.map(\.name).filter { !names.contains($0) },
            kept: names.filter { kept.contains($0) })
    }
}
