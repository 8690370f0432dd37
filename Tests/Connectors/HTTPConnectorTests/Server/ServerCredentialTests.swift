import IntegrationCore
import IntegrationTesting
import NIOCore
import Testing

@testable import HTTPConnector

@Suite("Who may send requests", .timeLimit(.minutes(1)))
struct ServerCredentialTests {
    private func statuses(_ credentials: RequiredCredentials, _ requests: [String]) async throws -> [Int?] {
        var server = ServerUnderTest()
        server.rules.credentials = credentials
        return try await server.run { client, _ async throws in
            var statuses: [Int?] = []
            for request in requests { statuses.append(try await client.send([request]).status) }
            return statuses
        }
    }

    @Test("A bearer token opens the door, in any case of its scheme; nothing else does")
    func bearer() async throws {
        let statuses = try await statuses(
            .bearer(SecretString("abc")),
            [
                post("{}", ["Authorization: Bearer abc"]), post("{}", ["authorization: bearer abc"]),
                post("{}", ["Authorization: Bearer abd"]), post("{}", ["Authorization: Bearer "]), post("{}"),
                post("{}", ["Authorization: Bearer abcd"]), post("{}", ["Authorization: Basic abc"]),
                post("{}", ["Authorization: Bearer abc", "Authorization: Bearer abc"]),
            ])
        #expect(statuses == [200, 200, 401, 401, 401, 401, 401, 401])
    }

    @Test("Name and password, a key in a header, a key in the query")
    func others() async throws {
        #expect(
            try await statuses(
                .basic(username: "ä", password: SecretString("p:w")),
                [
                    post("{}", ["Authorization: Basic w6Q6cDp3"]), post("{}", ["Authorization: Basic w6Q6cDp4"]),
                    post("{}"),
                ]) == [200, 401, 401])
        #expect(
            try await statuses(
                .key(header: "x-api-key", SecretString("k")),
                [post("{}", ["X-API-Key: k"]), post("{}", ["X-API-Key: K"]), post("{}")]) == [200, 401, 401])
        #expect(
            try await statuses(
                .queryKey(parameter: "key", SecretString("a b")),
                [
                    post("{}", to: "/orders?key=a%20b"), post("{}", to: "/orders?key=a"),
                    post("{}", to: "/orders?key=x&key=a%20b"),
                ]) == [200, 401, 401])
    }

    @Test("A refusal says how to do better, and what was shown is in no message")
    func challenge() async throws {
        var server = ServerUnderTest()
        server.rules.credentials = .basic(username: "u", password: SecretString("p"))
        server.replyBody = .string("{{ $string($meta.headers) }}")
        let answers = try await server.run { client, _ async throws in
            [
                try await client.send([post("{}")]),
                try await client.send([post("{}", ["Authorization: Basic dTpw", "Proxy-Authorization: Basic x"])]),
            ]
        }
        #expect(answers[0].header("WWW-Authenticate")?.hasPrefix("Basic realm=") == true)
        #expect(answers[1].status == 200)
        #expect(!answers[1].body.contains("uthorization"))
    }
}
