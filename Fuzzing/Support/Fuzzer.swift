internal import Glibc
package import IntegrationDocument

/// What must hold of every input of one parser, good or bad.
package protocol Fuzzer: SendableMetatype {
    /// How scripts/fuzz names it, and the folder of its corpus.
    static var name: String { get }
    /// Ends the process where something does not hold.
    static func check(_ input: [UInt8])
}

extension Fuzzer {
    /// Ends the process where something does not hold.
    package static func require(_ holds: Bool, _ complaint: @autoclosure () -> String) {
        if !holds { fatalError("\(name): \(complaint())") }
    }

    /// The parts of an input, which the record separator (U+001E) stands between.
    package static func parts(_ input: [UInt8], most: Int) -> [[UInt8]] {
        input.split(separator: 0x1E, maxSplits: most - 1, omittingEmptySubsequences: false).map { Array($0) }
    }

    /// A part as text; nil where it is not UTF-8.
    package static func text(_ parts: [[UInt8]], _ index: Int) -> String? {
        index < parts.count ? String(validating: parts[index], as: UTF8.self) : nil
    }

    /// A part as a document; the sample where there is none.
    package static func document(_ parts: [[UInt8]], _ index: Int) -> Document {
        // What is no JSON is the document fuzzer's to judge.
        (index < parts.count ? try? Document(parts[index]) : nil) ?? Sample.order
    }

    /// Runs `body`, which must end before it has had this much time of the processor: how busy the machine is does not
    /// matter.
    package static func withinTime<R>(_ most: Duration = .seconds(1), _ body: () -> R) -> R {
        let start = processorTime
        let result = body()
        let time = processorTime - start
        require(time < most, "it took \(time)")
        return result
    }

    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
