import Foundation
import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct InterpolationTests {
    private func name(_ text: String, _ variables: [String: String] = [:]) -> String? {
        SampleCatalog.load("name: \(text)", variables).document?.name
    }

    @Test func `Variables are replaced after parsing, with default and escape`() {
        #expect(name("${A}", ["A": "x"]) == "x")
        #expect(name("\"pre-${A}-${B:-b}\"", ["A": "x"]) == "pre-x-b")
        #expect(name("${A:-${B:-c}}") == "c")
        #expect(name("${A:-d}", ["A": ""]) == "d")
        #expect(name("\"$${A}\"", ["A": "x"]) == "${A}")
        #expect(name("$A", ["A": "x"]) == "$A")
        #expect(name("\"{{ ${A} }} ${A}\"", ["A": "x"]) == "{{ ${A} }} x")
    }

    @Test func `A value can never change the structure`() {
        let loaded = SampleCatalog.load("name: ${A}", ["A": "x\nqueues: {evil: {}}"])
        #expect(loaded.document?.name == "x\nqueues: {evil: {}}")
        #expect(loaded.document?.queues.isEmpty == true)
    }

    @Test func `A number may come from a variable, quoted or not, and no Norwegian is lost`() {
        let text = "queues: {q: {max_messages: \"${N}\"}, r: {retention: \"${D}\"}}\nname: ${C}"
        let loaded = SampleCatalog.load(text, ["N": "7", "D": "5s", "C": "no"])
        #expect(loaded.document?.queues.first?.value.maxMessages == 7)
        #expect(loaded.document?.queues.last?.value.retention == .seconds(5))
        #expect(loaded.document?.name == "no")
    }

    @Test func `An optional value that comes out empty is as good as not written`() {
        let loaded = SampleCatalog.load("monitoring: {otlp: {endpoint: \"${E:-}\"}}")
        #expect(loaded.document != nil, "\(loaded.report())")
        #expect(loaded.document?.monitoring.otlp?.endpoint == nil)
    }

    @Test func `What cannot be replaced is shown at its place, and nothing more is said about it`() {
        let text = "name: x-${HOME_DIR}\nqueues: {q: {max_messages: \"${N:?how many}\", max_bytes: \"${B\"}}"
        #expect(
            SampleCatalog.load(text, ["HOMEDIR": "x"]).report() == """
                error[IE1020]: the environment variable `HOME_DIR` is not set
                 --> integration.yaml:1:9
                1 | name: x-${HOME_DIR}
                  |         ^^^^^^^^^^^ did you mean `${HOMEDIR}`?

                error[IE1020]: the environment variable `N` is not set
                 --> integration.yaml:2:28
                2 | queues: {q: {max_messages: "${N:?how many}", max_bytes: "${B"}}
                  |                            ^^^^^^^^^^^^^^^^ how many

                error[IE1023]: `${` is not closed
                 --> integration.yaml:2:57
                2 | queues: {q: {max_messages: "${N:?how many}", max_bytes: "${B"}}
                  |                                                         ^^^^^ close it with `}`, or write `$${` for the \
                characters themselves

                """)
    }

    @Test func `A value that cannot be replaced causes no second remark, whatever it is for`() {
        let text = """
            storage: ${A}
            connectors: {c: {type: "${B}"}, d: {type: http, base_url: "http://h", auth: {type: "${C}"}}}
            queues: {q: {max_bytes: "${D}", overflow: "${E}"}}
            flows:
              f: {source: {type: "${F}"}, steps: [{type: "${G}"}, "${H}"], destination: "${I}"}
              g: {source: {queue: "${J}"}, destination: {connector: "${K}", path: x}, ordering: "${L}"}
            """
        let all = SampleCatalog.load(text).diagnostics.all.filter { $0.code != .notInThisBuild }
        #expect(all.count == 12, "\(all.map(\.message))")
        #expect(all.allSatisfy { $0.code == .variableNotSet }, "\(all.map(\.message))")
    }

    @Test func `Secrets come from the environment, a trusted folder, or a private file beside the configuration`()
        throws
    {
        try inFolder { folder in
            try write("trusted\n", to: folder + "/run/a", mode: 0o644)
            try write("private\n", to: folder + "/secrets/b", mode: 0o600)
            try write("open\n", to: folder + "/secrets/c", mode: 0o644)
            try write("from a file\n", to: folder + "/text", mode: 0o644)
            func load(_ value: String) throws -> LoadedConfiguration {
                try write("name: \"\(value)\"", to: folder + "/integration.yaml", mode: 0o644)
                let environment = ConfigurationEnvironment(
                    variables: ["API_KEY": "variable"], trustedSecretFolders: [folder + "/run"])
                return ConfigurationLoader(catalog: SampleCatalog.catalog, environment: environment).load(paths: [
                    folder
                ])
            }
            #expect(try load("${secret:api-key}").document?.name == "variable")
            #expect(try load("${secret:a}").document?.name == "trusted")
            #expect(try load("${secret:b}").document?.name == "private")
            #expect(try load("${file:text}").document?.name == "from a file")
            #expect(try load("${secret:c}").diagnostics.all.map(\.code) == [.secretTooOpen])
            #expect(try load("${secret:none}").diagnostics.all.map(\.code) == [.secretNotFound])
            #expect(try load("${secret:../secrets/b}").diagnostics.all.map(\.code) == [.malformedInterpolation])
            #expect(try load("${file:none}").diagnostics.all.map(\.code) == [.referencedFileUnreadable])
            #expect(try load("${file:secrets}").diagnostics.all.map(\.code) == [.referencedFileUnreadable])
            #expect(try load("${secret:b}").show() == "name: ••••\n")
        }
    }

    @Test func `No planted secret is ever printed`() {
        let text = """
            name: shop
            plugins:
              aws: {services: {s3: {region: r, bucket: b, credentials: {type: static, access_key_id: i, \
            secret_access_key: canary-1, session_token: canary-2}}}}
              own: {path: p, services: {x: {password: canary-3, nested: [{api_key: canary-4}]}}}
            connectors:
              bearer: {type: http, base_url: "http://u:canary-5@h/x", auth: {type: bearer, token: canary-6}, bad: 1}
              basic: {type: http, base_url: 5, auth: {type: basic, username: u, password: canary-7}}
              key: {type: http, base_url: "http://x", auth: {type: api_key, key: canary-8}, headers: {X-Api-Token: canary-9}}
              oauth: {type: http, base_url: "http://x", auth: {type: oauth2, token_url: "x", client_id: i, \
            client_secret: canary-10}}
              typo: {type: http, base_url: "http://x", auth: {type: bearer, tokn: canary-11}}
              wrong: {type: http, base_url: "http://x", auth: {type: bearer, token: [canary-12]}}
              db: {type: postgres, url: "mysql://u:canary-13@h/db", password: canary-14}
              rabbit: {type: rabbitmq, url: "amqp://h", credentials: {username: u, pasword: canary-15}}
              env: {type: rabbitmq, url: "amqp://u:${secret:one}@h", virtual_host: "${secret:two}", heartbeat: "${secret:three}"}
              unknown: {type: htpp, token: 1}
            queues:
              q: {max_messages: "${secret:three}", max_bytes: "${secret:four}"}
            destinations:
              d: {type: http, base_url: "http://h", auth: {type: bearer, token: "canary-18
                canary-19", bad: 1}}
              e: {type: http, base_url: "http://h", headers: {authorization: canary-23}, batch: {cuont: 1}}
            monitoring: {otlp: {headers: {authorization: canary-16}}}
            admin: {token: canary-17, listen: x}
            """
        let variables = ["ONE": "canary-20", "TWO": "canary-21", "THREE": "canary-22", "FOUR": "12"]
        let loaded = SampleCatalog.load(text, variables)
        #expect(loaded.diagnostics.hasErrors)
        #expect(!loaded.report().contains("canary"), "\(loaded.report())")
        let shown = loaded.show() ?? ""
        #expect(shown.contains("region: r"))
        #expect(!shown.contains("canary"), "\(shown)")
        var dumped = ""
        dump(loaded.document, to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "/configuration-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder + "/run", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder + "/secrets", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ text: String, to path: String, mode: Int) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
