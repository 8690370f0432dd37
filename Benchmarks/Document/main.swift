// Parse, read 6 fields, build a nested document, write: on the bench orders, beside simdjson's bare parse.
//
// usage: DocumentBenchmark ORDERS.ndjson [ROUNDS [PART]]      PART: dom, parse, read, build, whole; all when not given
internal import Glibc
internal import IntegrationDocument

func usage() -> Never {
    print("usage: DocumentBenchmark ORDERS.ndjson [ROUNDS [dom|parse|read|build|whole]]")
    exit(64)
}

/// Processor time of this process in seconds.
func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

let arguments = CommandLine.arguments
guard (2...4).contains(arguments.count), let rounds = arguments.count > 2 ? Int(arguments[2]) : 5, rounds > 0 else {
    usage()
}
let work: Workload
do {
    work = try Workload(path: arguments[1])
} catch {
    print("DocumentBenchmark: \(error)")
    exit(66)
}
let only = arguments.count > 3 ? arguments[3] : nil
let parts: [(name: String, what: String, body: () -> Int)] = [
    ("dom", "simdjson, bare parse to its DOM", work.simdjson),
    ("parse", "parse to the tape", work.parse),
    ("read", "parse, read 6", work.read),
    ("build", "parse, read 6, build nested", work.build),
    ("whole", "parse, read 6, build nested, write", work.whole),
].filter { only == nil || $0.name == only }
guard !parts.isEmpty else { usage() }

// The parts take turns, so that a slow minute of the machine falls on all of them.
var rates = [[Double]](repeating: [], count: parts.count)
var accepted = [Int](repeating: 0, count: parts.count)
for _ in 0..<rounds {
    for (index, part) in parts.enumerated() {
        let before = cpuSeconds()
        accepted[index] = part.body()
        rates[index].append(Double(work.slices.count) / (cpuSeconds() - before))
    }
}
for (index, part) in parts.enumerated() {
    let rate = Int(rates[index].sorted()[rounds / 2])
    let padded = part.what + String(repeating: " ", count: 36 - part.what.count)
    print("\(padded)\(rate) documents per CPU-second (median of \(rounds); \(accepted[index]) accepted)")
}
