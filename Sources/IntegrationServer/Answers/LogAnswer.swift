internal import IntegrationCore
internal import IntegrationDocument
internal import Logging

/// Log lines of a flow, oldest first.
struct LogAnswer: Answer {
    struct Line: Answer {
        static let title = "LogLine"
        static let members: [Member<Line>] = [
            .integer("number", "Rises by one with each line of the engine.") { $0.line.number },
            .time("time", "When.") { $0.line.time },
            .text("level", "trace, debug, info, notice, warning, error or critical.") { $0.line.level.rawValue },
            .text("message", "What happened.") { $0.line.message },
            .json("metadata", "The facts, by name.") { $0.facts },
        ]
        let line: FlowLogs.Line

        private var facts: [UInt8] {
            var out = OutputBuffer()
            out.append("{")
            for (index, fact) in line.metadata.enumerated() {
                if index > 0 { out.append(",") }
                out.append(string: fact.key)
                out.append(":")
                out.append(string: fact.value)
            }
            out.append("}")
            return out.withBytes { Array($0) }
        }
    }

    static let title = "Log"
    static let members: [Member<LogAnswer>] = [.objects("items", "The lines.") { $0.lines.map { Line(line: $0) } }]
    let lines: [FlowLogs.Line]
}
