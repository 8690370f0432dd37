// The languages on one core, on the bench orders: one line a part, `NAME<TAB>MICROSECONDS<TAB>ALLOCATIONS`, each of one
// order: microseconds of processor time as the median of the rounds, allocations as their mean.
//
// usage: LanguagesBenchmark ORDERS.ndjson INPUTS SCHEMA.json [ROUNDS [PART]]
internal import Glibc
internal import LanguagesAllocations

func fail(_ words: String, _ status: Int32) -> Never {
    var line = "LanguagesBenchmark: \(words)\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(status)
}

func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let arguments = CommandLine.arguments
guard (4...6).contains(arguments.count), let rounds = arguments.count > 4 ? Int(arguments[4]) : 5, rounds > 0 else {
    fail("usage: LanguagesBenchmark ORDERS.ndjson INPUTS SCHEMA.json [ROUNDS [PART]]", 64)
}
let workload: Workload
do {
    workload = try Workload(orders: arguments[1], inputs: arguments[2], schema: arguments[3])
} catch {
    fail("\(error)", 66)
}
let only = arguments.count > 5 ? arguments[5] : nil
let parts = workload.parts.filter { only == nil || $0.name == only }
guard !parts.isEmpty else { fail("there is no part `\(only ?? "")`", 64) }

// The parts take turns, so that a slow minute of the machine falls on all of them; the first turn only warms up.
var times = [[Double]](repeating: [], count: parts.count)
var allocations = [Int](repeating: 0, count: parts.count)
for round in 0...rounds {
    for (index, part) in parts.enumerated() {
        let (before, allocatedBefore) = (processorSeconds(), allocations_so_far())
        let done = part.run()
        let (after, allocatedAfter) = (processorSeconds(), allocations_so_far())
        guard done == part.expected else { fail("\(part.name): \(done) of \(part.expected) went well", 70) }
        guard round > 0 else { continue }
        times[index].append((after - before) * 1e6 / Double(done))
        allocations[index] += allocatedAfter - allocatedBefore
    }
}
for (index, part) in parts.enumerated() {
    let median = times[index].sorted()[rounds / 2]
    print("\(part.name)\t\(median)\t\(Double(allocations[index]) / Double(rounds * part.expected))")
}
