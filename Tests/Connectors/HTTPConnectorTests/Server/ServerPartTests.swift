import IntegrationCore
import Testing

@testable import HTTPConnector

@Suite("Small parts of the server")
struct ServerPartTests {
    @Test(
        "Dates are written as HTTP wants them",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ])
    func dates(_ second: Int, _ text: String) {
        #expect(DateLine.text(Int64(second)) == text)
    }

    @Test("A connection has its time for each phase, and arriving bytes end its rest")
    func timer() {
        let second: UInt64 = 1_000_000_000
        let limits = ConnectionTimer.Limits(idle: .seconds(60), head: .seconds(10), body: .seconds(30))
        var timer = ConnectionTimer(limits, at: 0)
        #expect(!timer.isOver(at: 10 * second - 1))
        #expect(timer.isOver(at: 10 * second))
        timer.enter(.idle, at: 0)
        #expect(!timer.isOver(at: 59 * second))
        #expect(timer.isOver(at: 60 * second))
        timer.bytesArrived(at: 50 * second)
        #expect(timer.phase == .head)
        timer.bytesArrived(at: 59 * second)
        #expect(timer.isOver(at: 60 * second))
        timer.enter(.body, at: 0)
        #expect(!timer.isOver(at: 29 * second))
        #expect(timer.isOver(at: 30 * second))
        timer.enter(.answering, at: 0)
        #expect(!timer.isOver(at: 1000 * second))
        timer.enter(.closing, at: 0)
        #expect(timer.isOver(at: second))
    }

    @Test("Media types fit patterns")
    func mediaTypes() {
        #expect(MediaType("Application/JSON ; charset=utf-8").fits("application/json"))
        #expect(MediaType("text/csv").fits("text/*"))
        #expect(MediaType("application/ld+json").fits("application/*+json"))
        #expect(!MediaType("application/json").fits("application/*+json"))
        #expect(!MediaType("application/jsonx").fits("application/json"))
        #expect(!MediaType("").fits("text/*"))
    }

    @Test("Secrets are equal only where all of them is")
    func constantTime() {
        #expect(ConstantTime.equal([1, 2], [1, 2]))
        #expect(!ConstantTime.equal([1, 2], [1, 3]))
        #expect(!ConstantTime.equal([1], [1, 2]))
        #expect(ConstantTime.equal([], []))
    }

    @Test("Failures have the statuses that delivery promises")
    func statuses() {
        func status(_ code: ErrorCode) -> Int { Refusal(IntegrationError(code, "x")).status }
        #expect(status(.messageNotJSON) == 400)
        #expect(status(.csvMalformed) == 400)
        #expect(status(.messageTooLarge) == 413)
        #expect(status(.schemaRequired) == 422)
        #expect(status(.noRoute) == 422)
        #expect(status(.connectionRefused) == 503)
        #expect(status(.answerTimedOut) == 503)
        #expect(status(.httpRefused) == 422)
    }
}
