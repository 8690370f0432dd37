internal import Glibc
internal import IntegrationCore
internal import IntegrationStore

// usage: StoreBenchmark FOLDER [full|os|none] [LARGEST]
//
// FOLDER must be on the disk that is to be measured, and is made; LARGEST is the most messages that wait (1000000).
let arguments = CommandLine.arguments
guard arguments.count > 1, let durability = Durability(rawValue: arguments.count > 2 ? arguments[2] : "full") else {
    print("usage: StoreBenchmark FOLDER [full|os|none] [LARGEST]")
    exit(64)
}
let largest = arguments.count > 3 ? Int(arguments[3]) ?? 1_000_000 : 1_000_000
let settings = StoreSettings(durability: durability)

func load() -> String {
    var averages = [0.0, 0.0, 0.0]
    getloadavg(&averages, 3)
    return tenths(averages[0])
}

@MainActor func report(_ name: String, _ count: Int, _ result: (seconds: Double, meter: Meter)) {
    print("\(name): \(Int(Double(count) / result.seconds)) a second; \(result.meter.summary); load \(load())")
}

try await SQLiteStore.withStore(in: arguments[1] + "/a", settings: settings) { store in
    let workload = Workload(store: store)
    report("enqueue, 500 a change", 400_000, try await workload.enqueue("in", messages: 400_000, batch: 500))
    for batch in [100, 500, 2000] {
        let count = batch * 160
        let result = try await workload.move(from: "in", to: "out", messages: count, batch: batch)
        report("claim, move and acknowledge, \(batch) a change", count, result)
    }
    report("dead letters, 50 a change", 100_000, try await workload.deadLetters(100_000, batch: 50))
    var meter = Meter()
    for code in ["IE2201", "IE9999"] {
        _ = try await meter.time {
            try await store.deadLetters(DeadLetterFilter(code: code, step: "enrich"), before: nil, limit: 50)
        }
    }
    print("dead letters, listed by code and a step that none has: \(meter.summary)")
}
for waiting in [10_000, 100_000, 1_000_000] where waiting <= largest {
    let folder = arguments[1] + "/\(waiting)"
    try await SQLiteStore.withStore(in: folder, settings: settings) { store in
        let workload = Workload(store: store)
        _ = try await workload.enqueue("in", messages: waiting, batch: 1250)
        let result = try await workload.move(from: "in", to: "in", messages: 80_000, batch: 500)
        report("claim, move and acknowledge with \(waiting) waiting, 500 a change", 80_000, result)
    }
    for _ in 0..<3 {
        let start = SystemClock().now
        try await SQLiteStore.withStore(in: folder, settings: settings) { _ in
            let opened = SystemClock().now - start
            print("open with \(waiting) waiting: \(tenths(opened.seconds * 1000)) ms")
        }
    }
}
