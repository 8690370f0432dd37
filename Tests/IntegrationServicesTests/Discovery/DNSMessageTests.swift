import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("Messages of name servers") struct DNSMessageTests {
    private static func message(_ name: String, _ kind: DNSKind = .a, id: UInt16 = 0x1234) throws -> DNSMessage {
        try DNSMessage(id: id, name: name, kind: kind)
    }

    @Test func `a query is what RFC 1035 says`() throws {
        let query = try Self.message("Api.example.com.", .service).query
        let expected: [UInt8] =
            [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
            + [3] + Array("api".utf8) + [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0, 0, 33, 0, 1]
            + [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]
        #expect(query == expected)
    }

    @Test(arguments: [
        "", ".", "a..b", "a b", "a\u{0}b", "é", String(repeating: "x", count: 64),
        String(repeating: "abc.", count: 64) + "d",
    ])
    func `what is no name of a host is not asked for`(_ name: String) {
        let error = #expect(throws: IntegrationError.self) { try DNSMessage(id: 1, name: name, kind: .a) }
        #expect(error?.code == .hostUnknown)
    }

    @Test func `addresses, aliases and services are read`() throws {
        var reply = DNSReply()
        reply.address("api.example.com", [192, 0, 2, 7], ttl: 30)
        reply.address("api.example.com", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        reply.alias("WWW.example.com", "api.Example.com")
        reply.service("_http._tcp.example.com", 10, 5, 8080, "c1.example.com")
        reply.records.append(("api.example.com", 16, 60, Array("some text".utf8)))
        let message = try Self.message("api.example.com")
        let answer = try #require(message.answer(reply.bytes(to: message.query)))
        #expect(
            answer.records == [
                DNSRecord(name: "api.example.com", ttl: .seconds(30), content: .address("192.0.2.7")),
                DNSRecord(name: "api.example.com", ttl: .seconds(60), content: .address("2001:db8::1")),
                DNSRecord(name: "www.example.com", ttl: .seconds(60), content: .alias("api.example.com")),
                DNSRecord(
                    name: "_http._tcp.example.com", ttl: .seconds(60),
                    content: .service(priority: 10, weight: 5, port: 8080, target: "c1.example.com")),
            ])
    }

    @Test func `an answer to another question is none`() throws {
        let message = try Self.message("api.example.com")
        let reply = DNSReply().bytes(to: message.query)
        #expect(message.answer(reply) != nil)
        #expect(try Self.message("api.example.com", id: 0x1235).answer(reply) == nil)
        #expect(try Self.message("api.example.org").answer(reply) == nil)
        #expect(try Self.message("api.example.com", .aaaa).answer(reply) == nil)
        #expect(message.answer(message.query) == nil)
    }

    @Test func `names that go round in circles or forwards are refused`() throws {
        let message = try Self.message("a.b")
        for pointer: [UInt8] in [[0xC0, 30], [0xC0, 0xFF], [0xFF, 0xFF], [0x40, 0], [0x80, 1]] {
            var reply = DNSReply().bytes(to: message.query)
            reply[7] = 1
            let start = reply.count
            reply += pointer[1] == 30 ? [0xC0, UInt8(start)] : pointer
            reply += [0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4]
            let answer = message.answer(reply)
            #expect(answer == nil || answer?.records == [])
        }
    }

    @Test func `a target that is no name of a host does not get into an address`() throws {
        let message = try Self.message("_http._tcp.x", .service)
        for target in ["evil/../path", "user@host", "a b", "c1?x", "c1#x", "c1:80"] {
            var reply = DNSReply()
            reply.service("_http._tcp.x", 1, 1, 80, target)
            reply.service("_http._tcp.x", 1, 1, 80, "good")
            #expect(message.answer(reply.bytes(to: message.query))?.records.count == 1)
        }
    }

    @Test func `a message that is cut off anywhere is no answer`() throws {
        var reply = DNSReply()
        reply.alias("api.example.com", "c1.example.com")
        reply.service("c1.example.com", 1, 2, 3, "c2.example.com")
        let message = try Self.message("api.example.com")
        let whole = reply.bytes(to: message.query)
        for length in 0..<whole.count { #expect(message.answer(Array(whole.prefix(length))) == nil, "\(length)") }
        #expect(message.answer(whole)?.records.count == 2)
    }

    @Test(arguments: 1...40) func `bytes of any kind are read or refused`(_ seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var reply = DNSReply()
        reply.alias("api.example.com", "c1.example.com")
        reply.address("c1.example.com", [1, 2, 3, 4])
        reply.service("c1.example.com", 1, 2, 3, "c2.example.com")
        let message = try Self.message("api.example.com")
        let whole = reply.bytes(to: message.query)
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 12..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes += (0..<Int.random(in: 0...40, using: &random)).map { _ in 0xC0 } }
            for record in message.answer(bytes)?.records ?? [] {
                if case .alias(let target) = record.content { #expect(target.utf8.count < 256) }
            }
            _ = message.answer(
                (0..<Int.random(in: 0...90, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }
}
