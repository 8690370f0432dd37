internal import IntegrationCore

/// Who answers, and how it is.
struct EngineAnswer: Answer {
    static let title = "Engine"
    static let members: [Member<EngineAnswer>] = [
        .text("name", "The configuration's name.") { $0.about.name },
        .text("version", "The program's version.") { $0.about.version },
        .integer("pid", "The process.") { $0.about.process },
        .text("storage", "The storage folder; null without one.") { $0.about.storage },
        .number("uptime_seconds", "How long it has been running.") { $0.uptime / .seconds(1) },
        .integer("flows", "How many flows it knows.") { $0.flows },
    ]

    let about: EngineInformation
    let uptime: Duration
    let flows: Int
}
