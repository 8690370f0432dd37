internal import IntegrationCore

/// Replaces `${…}` in the scalars of a parsed configuration, so that a value can never change its structure.
///
/// `{{ … }}` belongs to run time and is never touched. `$${` stands for the characters `${`.
struct Interpolator {
    let environment: ConfigurationEnvironment
    private static let largestFile = 1 << 20
    private static let deepestDefault = 8

    /// What one `${…}` or a text with several came to.
    private struct Result {
        var text = ""
        var isSecret = false
    }

    /// A mistake within a text: its words, and where it starts in Unicode scalars.
    private struct Mistake: Error {
        var code: ErrorCode
        var message: String
        var help: String?
        var offset: Int
        var length: Int
    }

    /// Interpolates every scalar below a node; what cannot be replaced is reported and marked as broken.
    func apply(to node: inout ConfigurationNode, diagnostics: inout Diagnostics) {
        switch node.content {
        case .scalar(var scalar):
            guard scalar.text.utf8.contains(UInt8(ascii: "$")) else { return }
            interpolate(&scalar, at: node.span, &diagnostics)
            node.content = .scalar(scalar)
        case .sequence(var elements):
            for index in elements.indices { apply(to: &elements[index], diagnostics: &diagnostics) }
            node.content = .sequence(elements)
        case .mapping(var mapping):
            for index in mapping.entries.indices { apply(to: &mapping.entries[index].value, diagnostics: &diagnostics) }
            node.content = .mapping(mapping)
        }
    }

    private func interpolate(_ scalar: inout ConfigurationScalar, at span: SourceSpan, _ diagnostics: inout Diagnostics)
    {
        let source = Array(scalar.text.unicodeScalars)
        do {
            var changed = false
            let result = try expand(source[...], folder: span.location.folder, depth: 0, changed: &changed)
            scalar.isInterpolated = changed
            scalar.isReference = changed && scalar.text.hasPrefix("${") && !scalar.text.contains(":-")
            scalar.isSecret = result.isSecret
            scalar.text = result.text
            if !scalar.isQuoted { scalar.kind = ConfigurationScalar.Kind(resolving: result.text) }
        } catch {
            var place = span
            // Where the scalar is plain, its text stands in the file as it is, and the mistake can be pointed at.
            if !scalar.isQuoted, error.offset + error.length <= span.length {
                place.location.column += error.offset
                place.length = error.length
            }
            diagnostics.error(error.code, error.message, at: place, help: error.help)
            scalar.isBroken = true
        }
    }

    private func expand(
        _ text: ArraySlice<Unicode.Scalar>, folder: String, depth: Int, changed: inout Bool
    ) throws(Mistake) -> Result {
        var result = Result()
        var index = text.startIndex
        func starts(_ mark: String, at index: Int) -> Bool { text[index...].starts(with: mark.unicodeScalars) }
        while index < text.endIndex {
            if starts("{{", at: index) {
                let end = Self.endOfTemplate(text, from: index)
                result.text.unicodeScalars.append(contentsOf: text[index..<end])
                index = end
            } else if starts("$${", at: index) {
                result.text += "${"
                changed = true
                index += 3
            } else if starts("${", at: index) {
                guard depth < Self.deepestDefault, let end = Self.endOfReference(text, from: index) else {
                    throw Mistake(
                        code: .malformedInterpolation, message: "`${` is not closed",
                        help: "close it with `}`, or write `$${` for the characters themselves", offset: index,
                        length: 2)
                }
                let value = try reference(text[index + 2..<end], at: index, folder: folder, depth: depth)
                result.text += value.text
                result.isSecret = result.isSecret || value.isSecret
                changed = true
                index = end + 1
            } else {
                result.text.unicodeScalars.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// The place of the `}` that closes the `${` at an index; `${…}` within a default are skipped.
    private static func endOfReference(_ text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int? {
        var depth = 0
        var index = start
        while index < text.endIndex {
            if text[index] == "$", index + 1 < text.endIndex, text[index + 1] == "{" {
                depth += 1
                index += 1
            } else if text[index] == "}" {
                depth -= 1
                if depth == 0 { return index }
            }
            index += 1
        }
        return nil
    }

    private static func endOfTemplate(_ text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        var index = start + 2
        while index + 1 < text.endIndex {
            if text[index] == "}", text[index + 1] == "}" { return index + 2 }
            index += 1
        }
        return text.endIndex
    }

    private func reference(
        _ inner: ArraySlice<Unicode.Scalar>, at start: Int, folder: String, depth: Int
    ) throws(Mistake) -> Result {
        func mistake(_ code: ErrorCode, _ message: String, help: String? = nil) -> Mistake {
            Mistake(code: code, message: message, help: help, offset: start, length: inner.count + 3)
        }
        func string(_ part: ArraySlice<Unicode.Scalar>) -> String {
            var text = ""
            text.unicodeScalars.append(contentsOf: part)
            return text
        }
        let name = inner.prefix {
            $0 == "_" || ($0 >= "a" && $0 <= "z") || ($0 >= "A" && $0 <= "Z") || ($0 >= "0" && $0 <= "9")
        }
        let rest = inner[name.endIndex...]
        if rest.first == ":", string(name) == "secret" || string(name) == "file" {
            let argument = string(rest.dropFirst())
            switch string(name) == "secret" ? secret(argument, folder: folder) : file(argument, folder: folder) {
            case .success(let result): return result
            case .failure(let problem): throw mistake(problem.code, problem.message, help: problem.help)
            }
        }
        guard let first = name.first, !(first >= "0" && first <= "9") else {
            throw mistake(
                .malformedInterpolation, "`${\(string(inner))}` names no variable",
                help: "write `${NAME}`, `${NAME:-default}`, `${secret:name}` or `${file:path}`; `$${` for the text")
        }
        let value = environment.variables[string(name)]
        switch (rest.first, rest.dropFirst().first) {
        case (nil, _):
            if let value { return Result(text: value) }
            let near = Suggestion.nearest(to: string(name), among: environment.variables.keys.sorted())
            throw mistake(
                .variableNotSet, "the environment variable `\(string(name))` is not set",
                help: near.map { "did you mean `${\($0)}`?" } ?? "set it, or write `${\(string(name)):-default}`")
        case (":", "-"):
            if let value, !value.isEmpty { return Result(text: value) }
            var changed = false
            return try expand(rest.dropFirst(2), folder: folder, depth: depth + 1, changed: &changed)
        case (":", "?"):
            if let value, !value.isEmpty { return Result(text: value) }
            let message = string(rest.dropFirst(2))
            throw mistake(
                .variableNotSet, "the environment variable `\(string(name))` is not set",
                help: message.isEmpty ? nil : message)
        default:
            throw mistake(
                .malformedInterpolation, "`${\(string(inner))}` is not understood",
                help: "after the name may come `:-default` or `:?message`")
        }
    }

    private func secret(_ name: String, folder: String) -> Swift.Result<Result, Diagnostic> {
        let isName = !name.isEmpty && !name.contains("/") && !name.utf8.contains(0) && !name.hasPrefix(".")
        guard isName else {
            return .failure(Diagnostic(.malformedInterpolation, "`\(name)` is not the name of a secret"))
        }
        let variable = String(name.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
        if let value = environment.variables[name] ?? environment.variables[variable] {
            return .success(Result(text: value, isSecret: true))
        }
        let own = folder == "." ? "secrets" : folder + "/secrets"
        for place in environment.trustedSecretFolders + [own] {
            let path = place + "/" + name
            do {
                let content = try Files.read(path, limit: Self.largestFile)
                if !environment.trustedSecretFolders.contains(place), content.mode & 0o077 != 0 {
                    return .failure(
                        Diagnostic(
                            .secretTooOpen, "the secret file \(path) may be read by others",
                            help: "run: chmod 600 \(path)"))
                }
                return text(of: content, path).map { Result(text: $0, isSecret: true) }
            } catch {
                guard !error.isMissing else { continue }
                return .failure(Diagnostic(.secretNotFound, "the secret file \(path) cannot be read: \(error.reason)"))
            }
        }
        let places = (["$\(variable)"] + (environment.trustedSecretFolders + [own]).map { $0 + "/" + name })
        return .failure(
            Diagnostic(
                .secretNotFound, "there is no secret `\(name)`", help: "looked in " + places.joined(separator: ", ")))
    }

    private func file(_ path: String, folder: String) -> Swift.Result<Result, Diagnostic> {
        let resolved = PathValue(path, relativeTo: folder).resolved
        do {
            let content = try Files.read(resolved, limit: Self.largestFile)
            return text(of: content, resolved).map { Result(text: $0) }
        } catch {
            return .failure(Diagnostic(.referencedFileUnreadable, "\(resolved) cannot be read: \(error.reason)"))
        }
    }

    /// UTF-8 without the line break that editors leave at the end.
    private func text(of content: Files.Content, _ path: String) -> Swift.Result<String, Diagnostic> {
        guard var text = String(validating: content.bytes, as: UTF8.self) else {
            return .failure(Diagnostic(.referencedFileUnreadable, "\(path) is not UTF-8 text"))
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return .success(text)
    }
}
