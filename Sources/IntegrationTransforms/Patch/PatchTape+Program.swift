internal import IntegrationCore
internal import IntegrationDocument

extension PatchTape {
    /// Applies a patch to a document; all of it or nothing.
    ///
    /// - Parameter source: what expressions in values are evaluated over.
    /// - Returns: a document of `arena`.
    /// - Throws: `patchFailed`, `patchTestFailed` or `patchBudgetExceeded`, naming the operation, and what expressions
    ///   throw.
    mutating func apply(
        _ program: PatchProgram, to root: View, source: View, in arena: Arena, using scratch: inout TemplateScratch
    ) throws(IntegrationError) -> UnsafePointer<Word> {
        load(root)
        for operation in program.operations {
            let value: [Word]
            switch operation.value {
            case .none: value = []
            case .words(let words): value = words
            case .template(let template): value = try template.apply(source, in: arena, using: &scratch).words
            }
            do throws(Refusal) {
                try apply(operation, value)
            } catch {
                throw self.error(error, operation)
            }
        }
        return finish(in: arena)
    }

    /// A document with another value at a place that is there.
    ///
    /// - Throws: `patchBudgetExceeded`.
    mutating func putting(
        _ value: View, at tokens: [JSONPointer.Token], of root: View, in arena: Arena
    ) throws(IntegrationError) -> UnsafePointer<Word> {
        load(root)
        do throws(Refusal) {
            try replace(tokens, value.words)
        } catch {
            throw IntegrationError(.patchBudgetExceeded, "the patched value makes the document too large or too deep")
        }
        return finish(in: arena)
    }

    private func finish(in arena: Arena) -> UnsafePointer<Word> {
        var builder = Builder(arena, capacity: words.count)
        builder.copy(words: words)
        return builder.finish()
    }

    private mutating func apply(_ operation: PatchProgram.Operation, _ value: [Word]) throws(Refusal) {
        let path = operation.path.tokens
        switch operation.kind {
        case .add: try add(path, key: operation.key, value)
        case .remove: try remove(path)
        case .replace: try replace(path, value)
        case .test: try test(path, value)
        case .copy: try add(path, key: operation.key, try self.value(operation.from?.tokens ?? []))
        case .move:
            guard let from = operation.from?.tokens, from != path else {
                _ = try self.value(path)
                return
            }
            try add(path, key: operation.key, try remove(from))
        }
    }

    // MARK: Errors

    private func error(_ refusal: Refusal, _ operation: PatchProgram.Operation) -> IntegrationError {
        func error(_ code: ErrorCode, _ words: String, at path: String? = nil) -> IntegrationError {
            IntegrationError(code, "\(operation.title): \(words)", path: path)
        }
        switch refusal {
        case .nowhere(let pointer, let depth):
            let (words, step) = nowhere(pointer, depth)
            return error(.patchFailed, words, at: location(of: pointer[..<depth], step).path)
        case .different(let place):
            let found = withView(at: place) { Wording.describe($0) }
            let path = location(of: operation.path.tokens[...], nil).path
            return error(.patchTestFailed, "the value there is another one: \(found)", at: path)
        case .depth: return error(.patchBudgetExceeded, "the document would be nested more than \(Self.deepest) levels")
        case .size: return error(.patchBudgetExceeded, "the document would have more than \(Self.mostWords) values")
        case .work: return error(.patchBudgetExceeded, "the patch takes more work than its budget allows")
        }
    }

    /// What the last token meets, in words, and as a step of a path where it has a place.
    private func nowhere(_ pointer: [JSONPointer.Token], _ depth: Int) -> (String, InstanceLocation.Step?) {
        let token = pointer[depth]
        let name = Wording.visible(token.text)
        let above = Wording.visible(JSONPointer.text(of: pointer[..<depth]))
        let place = above.isEmpty ? "the document" : "`\(above)`"
        return withView(at: lastPlace(pointer[..<depth])) { view in
            switch view.kind {
            case .object: return ("\(place) has no member `\(name)`", .member(token.text))
            case .array:
                guard let index = token.index else {
                    return ("\(place) is an array, and `\(name)` is no index of an element that is there", nil)
                }
                return ("\(place) has \(view.count) elements, and none at \(index)", .item(index))
            default: return ("\(place) is \(Wording.describe(view)), which holds nothing", nil)
            }
        }
    }

    /// The value that tokens lead to, or the last on the way.
    private func lastPlace(_ tokens: ArraySlice<JSONPointer.Token>) -> Int {
        var tape = self
        do throws(Refusal) {
            return try tape.find(tokens)
        } catch {
            return tape.trail.last ?? 0
        }
    }

    private func location(
        of tokens: ArraySlice<JSONPointer.Token>, _ last: InstanceLocation.Step?
    ) -> InstanceLocation {
        var steps: [InstanceLocation.Step] = []
        for (depth, token) in tokens.enumerated() {
            let isArray = words[lastPlace(tokens.prefix(depth))].kind == .array
            steps.append(isArray ? .item(token.index ?? 0) : .member(token.text))
        }
        return InstanceLocation(steps + (last.map { [$0] } ?? []))
    }
}
