// Shows what Thread Sanitizer sees: `SanitizerProbe locked` must pass under it, `SanitizerProbe racy` must be reported.
internal import Glibc
internal import Synchronization

final class Shared: Sendable {
    let guarded = Mutex<[Int]>([])
    // proof: none, on purpose: this is the race that the sanitizer must report.
    nonisolated(unsafe) var unguarded = 0
}

let isRacy: Bool
switch CommandLine.arguments.dropFirst().first {
case "locked": isRacy = false
case "racy": isRacy = true
default:
    print("usage: SanitizerProbe locked|racy")
    exit(64)
}

let shared = Shared()
await withTaskGroup(of: Void.self) { group in
    for _ in 0..<4 {
        group.addTask {
            for number in 0..<20_000 {
                shared.guarded.withLock { numbers in
                    numbers.append(number)
                    if numbers.count > 50 { numbers.removeAll() }
                }
                if isRacy { shared.unguarded += 1 }
            }
        }
    }
}
