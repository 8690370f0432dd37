import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("The health of an endpoint") struct EndpointHealthTests {
    private static func health(
        _ ejection: OutlierEjection = OutlierEjection(), checks: HealthChecks? = nil
    ) -> Held<EndpointHealth> {
        Held(EndpointHealth(ejection, checks: checks))
    }

    @Test func `failures in a row take it out, and a success between them does not let it come to that`() {
        let health = Self.health(OutlierEjection(consecutiveFailures: 3, minimumRequests: 1000))
        for second in 1...20 {
            #expect(health.it.failed(2, at: .seconds(second), mayEject: true) == false)
            health.it.succeeded(1, at: .seconds(second))
        }
        #expect(health.it.failed(2, at: .seconds(21), mayEject: true) == false)
        #expect(health.it.isWell(at: .seconds(21)))
        let third = health.it.failed(1, at: .seconds(21), mayEject: true)
        #expect(third)
        #expect(!health.it.isWell(at: .seconds(21)))
        #expect(health.it.isWell(at: .seconds(22)))
    }

    @Test func `a share of failures takes it out once there are enough calls to tell`() {
        let health = Self.health(
            OutlierEjection(consecutiveFailures: 1000, failureRatio: 0.5, minimumRequests: 20, window: .seconds(10)))
        var isOut = false
        for call in 1...10 {
            health.it.succeeded(1, at: .milliseconds(call))
            isOut = health.it.failed(1, at: .milliseconds(call), mayEject: true)
            #expect(isOut == (call == 10))
        }
        #expect(isOut)
    }

    @Test func `what is older than the window counts no more`() {
        let health = Self.health(
            OutlierEjection(consecutiveFailures: 1000, failureRatio: 0.5, minimumRequests: 20, window: .seconds(10)))
        _ = health.it.failed(19, at: .zero, mayEject: true)
        let late = health.it.failed(1, at: .seconds(12), mayEject: true)
        #expect(!late)
    }

    @Test func `each time it is out for twice as long, up to a limit, until it has been well for a while`() {
        let health = Self.health(
            OutlierEjection(consecutiveFailures: 2, initial: .seconds(1), maximum: .seconds(5)))
        var now = Duration.seconds(100)
        var lengths: [Duration] = []
        for _ in 1...5 {
            // Back from an ejection, one failure is enough.
            let isOut = health.it.failed(lengths.isEmpty ? 2 : 1, at: now, mayEject: true)
            #expect(isOut)
            let until = health.it.ejectedUntil ?? .zero
            lengths.append(until - now)
            #expect(!health.it.isWell(at: until - .nanoseconds(1)))
            now = until
        }
        #expect(lengths == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
        health.it.succeeded(1, at: now)
        #expect(health.it.failed(1, at: now + .seconds(1), mayEject: true) == false)
        health.it.succeeded(1, at: now + .seconds(10))
        let isOut = health.it.failed(2, at: now + .seconds(11), mayEject: true)
        #expect(isOut)
        #expect(health.it.ejectedUntil == now + .seconds(12))
    }

    @Test func `who can't be spared stays`() {
        let health = Self.health(OutlierEjection(consecutiveFailures: 1))
        for second in 1...50 { #expect(health.it.failed(1, at: .seconds(second), mayEject: false) == false) }
        #expect(health.it.isWell(at: .seconds(51)))
    }

    @Test func `the first check decides alone, later ones only in a row`() {
        let health = Self.health(checks: HealthChecks(unhealthyAfter: 3, healthyAfter: 2))
        #expect(!health.it.isWell(at: .zero))
        #expect(health.it.noteCheck(true, at: .zero) == true)
        #expect(health.it.isWell(at: .zero))
        // Failures that are not in a row.
        for isWell in [false, false, true, false, false, true] {
            #expect(health.it.noteCheck(isWell, at: .zero) == false)
        }
        #expect([false, false, false].map { health.it.noteCheck($0, at: .zero) } == [false, false, true])
        #expect(!health.it.isWell(at: .zero))
        #expect([true, false, true, true].map { health.it.noteCheck($0, at: .zero) } == [false, false, false, true])
        #expect(health.it.isWell(at: .zero))
    }

    @Test func `who fails its first check gets no calls`() {
        let health = Self.health(checks: HealthChecks(unhealthyAfter: 3))
        #expect(health.it.noteCheck(false, at: .zero) == true)
        #expect(health.it.checked == .unhealthy)
    }

    @Test func `a check that brings it back ends the ejection as well`() {
        let health = Self.health(
            OutlierEjection(consecutiveFailures: 1, initial: .seconds(50)),
            checks: HealthChecks(unhealthyAfter: 1, healthyAfter: 1))
        _ = health.it.noteCheck(true, at: .zero)
        _ = health.it.failed(1, at: .seconds(1), mayEject: true)
        // The checks never saw anything wrong: they say nothing about why its calls fail.
        _ = health.it.noteCheck(true, at: .seconds(2))
        #expect(!health.it.isWell(at: .seconds(3)))
        _ = health.it.noteCheck(false, at: .seconds(4))
        _ = health.it.noteCheck(true, at: .seconds(5))
        #expect(health.it.isWell(at: .seconds(5)))
    }
}
