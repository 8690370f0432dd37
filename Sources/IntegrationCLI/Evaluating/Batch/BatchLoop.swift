internal import Glibc
internal import IntegrationCore

/// Reads requests a line each and writes answers a line each, in order; they are written out when the input pauses.
struct BatchLoop {
    private let input: Int32
    private let output: Int32
    private var evaluator = BatchEvaluator()

    /// Longest line in bytes.
    private static let limit = 64 << 20

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// Returns at the end of the input.
    ///
    /// - Throws: where the input can't be read or nobody takes the output any more; errors of requests are answers.
    mutating func run() throws(IntegrationError) {
        var line: [UInt8] = []
        var isTooLong = false
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw IntegrationError(.inputUnreadable, "standard input: \(String(cString: strerror(errno)))")
            }
            var answers: [UInt8] = []
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: 0x0A) {
                line += rest[..<end]
                try answer(line, isTooLong: isTooLong || line.count > Self.limit, &answers)
                line.removeAll(keepingCapacity: line.count < 1 << 20)
                isTooLong = false
                rest = rest[(end + 1)...]
            }
            if !isTooLong { line += rest }
            if line.count > Self.limit {
                isTooLong = true
                line = []
            }
            if count == 0 {
                // The last line may lack its line feed.
                if !line.isEmpty || isTooLong { try answer(line, isTooLong: isTooLong, &answers) }
                return try write(answers)
            }
            try write(answers)
        }
    }

    private mutating func answer(
        _ line: [UInt8], isTooLong: Bool, _ answers: inout [UInt8]
    ) throws(IntegrationError) {
        if isTooLong {
            answers += Array(BatchFailure.request("the request is longer than 64 MiB").json.utf8)
        } else {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
            answers += Array(evaluator.answer(line).utf8)
        }
        answers.append(0x0A)
        guard answers.count > 1 << 20 else { return }
        try write(answers)
        answers.removeAll()
    }

    private func write(_ bytes: [UInt8]) throws(IntegrationError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw IntegrationError(.outputClosed, "standard output: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}
