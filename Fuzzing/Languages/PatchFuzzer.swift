internal import FuzzerSupport
internal import IntegrationCore
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// JSON Patches and merge patches: a patch and a document, as JSON.
///
/// What comes of it is JSON, the document itself stays as it was, and each operation did what it says.
enum PatchFuzzer: Fuzzer {
    static let name = "patch"

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        if let pointer = text(parts, 0) { checkPointer(pointer) }
        guard let patch = try? Document(parts[0], policy: .lenient) else { return }
        let document = document(parts, 1)
        withinTime(.seconds(2)) {
            checkMerge(patch, document)
            checkOperations(patch, document)
        }
    }

    private static func checkPointer(_ text: String) {
        guard let pointer = JSONPointer(text) else {
            return require(JSONPointer.mistake(in: text) != nil, "it is refused without a reason")
        }
        require(pointer.text == text, "it is written as \(pointer.text)")
    }

    // MARK: Merge patches

    private static func checkMerge(_ patch: Document, _ document: Document) {
        let merged = merge(patch, document)
        let again = merge(patch, merged)
        require(again == merged, "merged again \(merged.json) becomes \(again.json)")
        merged.withRoot { merged in
            document.withRoot { document in patch.withRoot { checkMerged(merged, of: document, by: $0) } }
        }
    }

    private static func checkMerged(_ merged: View, of document: View?, by patch: View) {
        guard patch.kind == .object else {
            return require(merged.isEqual(to: patch), "the value is not that of the patch")
        }
        guard merged.kind == .object else { return require(false, "an object's patch makes no object") }
        let document = document.flatMap { $0.kind == .object ? $0 : nil }
        for member in patch.members {
            // Of members of one name the last counts.
            guard let change = patch[member.name] else { continue }
            guard !change.isNull else {
                require(merged[member.name] == nil, "`\(member.name)` is still there")
                continue
            }
            guard let value = merged[member.name] else { return require(false, "`\(member.name)` is not there") }
            checkMerged(value, of: document?[member.name], by: change)
        }
        for member in merged.members where patch[member.name] == nil {
            let isSame = document?[member.name].map { $0.isEqual(to: merged[member.name] ?? $0) } ?? false
            require(isSame, "`\(member.name)` is another one")
        }
    }

    private static func merge(_ patch: Document, _ document: Document) -> Document {
        whole(patch, document) { patch, document, arena in .success(MergePatch.apply(patch, to: document, in: arena)) }
            .value ?? document
    }

    // MARK: JSON Patches

    /// One operation after another comes to the same as all of them at once.
    private static func checkOperations(_ patch: Document, _ document: Document) {
        let all = apply(patch, document)
        if case .failure(let error) = all { checkError(error) }
        let operations = patch.withRoot {
            $0.kind == .array ? $0.elements.prefix(40).map { Document(copying: $0) } : []
        }
        guard patch.withRoot({ $0.kind == .array && $0.count == operations.count }) else { return }
        guard operations.allSatisfy({ isWellFormed($0) }) else {
            return require(all.value == nil, "an operation that is none is applied")
        }
        var current = document
        for operation in operations {
            guard let next = apply(json("[\(operation.json)]"), current).value else {
                return require(all.value == nil, "\(operation.json) fails by itself")
            }
            checkEffect(of: operation, from: current, to: next)
            current = next
        }
        // All at once have one budget.
        guard let result = all.value else {
            guard case .failure(let error) = all, error.code == .patchBudgetExceeded else {
                return require(false, "each by itself can be applied, all of them can't")
            }
            return
        }
        require(result == current, "one by one it is \(current.json), at once \(result.json)")
    }

    private static func isWellFormed(_ operation: Document) -> Bool {
        let arena = Arena()
        var builder = Builder(arena)
        let array = builder.open()
        operation.withRoot { builder.copy(foreign: $0) }
        builder.close(array, .array, count: 1)
        return (try? PatchProgram(arena.view(builder.finish()), in: arena)) != nil
    }

    private static func checkEffect(of operation: Document, from before: Document, to after: Document) {
        operation.withRoot { operation in
            guard let kind = operation["op"]?.string, let path = operation["path"]?.string else { return }
            let text = ConfigurationNode.string(path).json
            func passes(_ value: Document?, _ document: Document) -> Bool {
                guard let value else { return false }
                return apply(json("[{\"op\":\"test\",\"path\":\(text),\"value\":\(value.json)}]"), document).value
                    != nil
            }
            let value = operation["value"].map { Document(copying: $0) }
            switch kind {
            case "test":
                require(before == after, "a test changes the document")
                require(value == self.value(at: path, of: before), "a test passes that should not")
            case "remove":
                let isMember = self.value(at: parent(of: path), of: before)?.withRoot { $0.kind == .object } ?? false
                require(!isMember || self.value(at: path, of: after) == nil, "\(path) is still there")
            case _ where path.hasSuffix("/-"): break
            case "add", "replace": require(passes(value, after), "\(path) is another value: \(after.json)")
            default:
                let source = operation["from"]?.string.flatMap { self.value(at: $0, of: before) }
                require(passes(source, after), "\(path) is another value: \(after.json)")
            }
        }
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// The value at a pointer, by a reading of its own (RFC 6901, 4).
    private static func value(at path: String, of document: Document) -> Document? {
        document.withRoot { root in
            var view = root
            for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
                var name: [UInt8] = []
                var rest = part[...]
                while let byte = rest.popFirst() {
                    guard byte == UInt8(ascii: "~") else {
                        name.append(byte)
                        continue
                    }
                    name.append(rest.popFirst() == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
                }
                let text = String(decoding: name, as: UTF8.self)
                switch view.kind {
                case .object:
                    guard let next = view[text] else { return nil }
                    view = next
                case .array:
                    guard let index = Int(text), index >= 0, "\(index)" == text, let next = view[index] else {
                        return nil
                    }
                    view = next
                default: return nil
                }
            }
            return Document(copying: view)
        }
    }

    private static func apply(_ patch: Document, _ document: Document) -> Outcome {
        whole(patch, document) { patch, document, arena in
            do throws(IntegrationError) {
                return .success(try JSONPatch.apply(patch, to: document, in: arena))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func checkError(_ error: IntegrationError) {
        let codes: [ErrorCode] = [.invalidPatch, .patchFailed, .patchTestFailed, .patchBudgetExceeded]
        require(codes.contains(error.code) && error.message.contains("patch"), "\(error.code.id): \(error.message)")
    }

    // MARK: Documents

    private enum Outcome {
        case success(Document)
        case failure(IntegrationError)

        var value: Document? { if case .success(let document) = self { document } else { nil } }
    }

    private static func whole(
        _ patch: Document, _ document: Document, _ apply: (View, View, Arena) -> Result<View, IntegrationError>
    ) -> Outcome {
        let arena = Arena()
        func view(_ document: Document) -> View {
            var builder = Builder(arena)
            document.withRoot { builder.copy(foreign: $0) }
            return arena.view(builder.finish())
        }
        let target = view(document)
        let result = apply(view(patch), target, arena)
        require(Document(copying: target) == document, "the document itself is changed")
        switch result {
        case .failure(let error): return .failure(error)
        case .success(let changed):
            let text = Document(copying: changed).json
            guard let read = try? Document(text, policy: .lenient) else {
                require(false, "what was made is no JSON: \(text)")
                return .success(document)
            }
            require(read == Document(copying: changed), "it is read as something else: \(text)")
            return .success(read)
        }
    }

    private static func json(_ text: String) -> Document {
        guard let document = try? Document(text, policy: .lenient) else { fatalError("patch: no JSON: \(text)") }
        return document
    }
}
