import Foundation
import IntegrationDocument
import TestSupport
import Testing

@Suite("JSON parsing suite", .enabled(if: Suites.have("json-parsing"), "\(Suites.absence("json-parsing"))"))
struct SuiteTests {
    private static func files(_ folder: String, _ prefix: String) throws -> [(name: String, bytes: [UInt8])] {
        let path = Suites.path("json-parsing", folder)
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(prefix) }.sorted().map {
            ($0, Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))))
        }
    }

    /// Strict as flows are, but as deep as the suite and with what RFC 8259 leaves open.
    private static let policies: [ParsePolicy] = [.lenient, .strict]

    @Test("What must be accepted is accepted and written back the same", arguments: policies)
    func accepted(policy: ParsePolicy) throws {
        let files = try Self.files("test_parsing", "y_")
        #expect(files.count > 70)
        for file in files {
            do {
                let document = try Document(file.bytes, policy: policy)
                let again = try Document(document.json, policy: policy)
                #expect(again.json == document.json, "\(file.name)")
                #expect(again == document, "\(file.name)")
            } catch {
                // RFC 8259, 4: names should be unique. The strict policy takes it at its word.
                #expect(policy == .strict && error.reason == .duplicateKey, "\(file.name): \(error)")
                #expect(file.name.contains("duplicated_key"), "\(file.name)")
            }
        }
    }

    @Test("What must be refused is refused, with a place inside of the text", arguments: policies)
    func refused(policy: ParsePolicy) throws {
        let files = try Self.files("test_parsing", "n_")
        #expect(files.count > 120)
        for file in files {
            do {
                let document = try Document(file.bytes, policy: policy)
                Issue.record("\(file.name) was accepted as \(document.json)")
            } catch {
                #expect((0...file.bytes.count).contains(error.offset), "\(file.name): \(error)")
            }
        }
    }

    @Test("What is left open gets the same verdict as from simdjson, but for numbers and lone surrogates")
    func leftOpen() throws {
        let files = try Self.files("test_parsing", "i_")
        #expect(files.count > 20)
        let yardstick = SimdjsonYardstick()
        for file in files {
            let accepted = (try? Document(file.bytes, policy: .lenient)) != nil
            let expected = ReferenceGrammar.check(file.bytes)
            #expect(accepted == expected.isValid, "\(file.name)")
            if !expected.hasLoneSurrogate && !expected.hasBigNumber {
                let block = ByteBlock(file.bytes)
                #expect(accepted == yardstick.parse(block.start, block.count), "\(file.name)")
            }
        }
    }

    @Test("Numbers and strings whose handling differs between parsers come out as they went in")
    func transformed() throws {
        let files = try Self.files("test_transform", "")
        #expect(files.count > 20)
        for file in files {
            let expected = ReferenceGrammar.check(file.bytes)
            let document = try? Document(file.bytes, policy: .lenient)
            #expect((document != nil) == expected.isValid, "\(file.name)")
            guard let document else { continue }
            let text = String(decoding: file.bytes.filter { $0 != 0x0A && $0 != 0x20 }, as: UTF8.self)
            #expect(document.json == text, "\(file.name)")
        }
    }
}
