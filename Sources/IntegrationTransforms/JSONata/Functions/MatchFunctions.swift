internal import IntegrationDocument

/// A match, of a regular expression or of a matcher function that the expression brought along.
private enum FoundMatch {
    case regex(MatchCursor.Match)
    case custom(Value, text: String)

    /// In bytes of the text.
    var range: Range<Int> {
        switch self {
        case .regex(let match): return match.range
        case .custom(let value, let text):
            let start = Text.utf8Offset(text, Int(value.lookup(Name("start")).double ?? 0))
            return start..<min(text.utf8.count, start + matched.utf8.count)
        }
    }

    /// Where splitting goes on, in bytes.
    var end: Int {
        switch self {
        case .regex(let match): return match.range.upperBound
        case .custom(let value, let text):
            return Text.utf8Offset(text, Int(value.lookup(Name("end")).double ?? 0))
        }
    }

    var matched: String {
        switch self {
        case .regex(let match): return match.text(match.range)
        case .custom(let value, _): return value.lookup(Name("match")).string ?? ""
        }
    }

    var groups: [Value] {
        switch self {
        case .regex(let match): match.groupValues
        case .custom(let value, _): value.lookup(Name("groups")).elements ?? []
        }
    }

    var value: Value {
        switch self {
        case .regex(let match): match.value
        case .custom(let value, _): value
        }
    }

    /// `match`, `index` and `groups`, as `$match` returns them.
    var report: Value {
        let source = value
        let box = ObjectBox()
        box.set("match", source.lookup(Name("match")))
        box.set("index", source.lookup(Name("start")))
        box.set("groups", .array(ArrayBox(groups)))
        return .object(box)
    }
}

extension BuiltinCall {
    private func first(_ matcher: FunctionBox, _ text: String) throws(ExpressionError) -> FoundMatch? {
        if case .regex(let node) = matcher.inner.kind {
            return try MatchCursor(node, Array(text.utf8)).find(from: 0, evaluator).map { .regex($0) }
        }
        return try custom(try apply(matcher, [.string(text)]), text)
    }

    private func next(_ match: FoundMatch) throws(ExpressionError) -> FoundMatch? {
        switch match {
        case .regex(let match): return try match.cursor.match(after: match, evaluator).map { .regex($0) }
        case .custom(let value, let text):
            guard case .function(let next) = value.lookup(Name("next")) else { throw ExpressionError("T1010") }
            return try custom(try apply(next, []), text)
        }
    }

    private func custom(_ value: Value, _ text: String) throws(ExpressionError) -> FoundMatch? {
        if value.isUndefined { return nil }
        if value.truth ?? false || value.isObject {
            let isMatch =
                value.lookup(Name("start")).double != nil || value.lookup(Name("end")).double != nil
                || value.lookup(Name("groups")).isArray || value.lookup(Name("next")).isFunction
            guard isMatch else { throw ExpressionError("T1010") }
        }
        return .custom(value, text: text)
    }

    private func limit(_ index: Int, _ code: String) throws(ExpressionError) -> Double {
        guard let limit = self[index].double else { return .infinity }
        guard limit >= 0 else { throw ExpressionError(code, value: self[index].summary, index: index + 1) }
        return limit
    }

    func contains() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        if let function = function(1) { return .bool(try first(function, text) != nil) }
        guard let needle = self[1].string.map({ Array($0.utf8) }) else { return .undefined }
        return .bool(Text.find(needle, in: Array(text.utf8)) != nil)
    }

    func match() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        let limit = try limit(2, "D3040")
        let result = ArrayBox(isSequence: true)
        guard limit > 0, let function = function(1) else { return .array(result) }
        var match = try first(function, text)
        while let found = match, Double(result.items.count) < limit {
            result.items.append(found.report)
            match = try next(found)
        }
        return .array(result)
    }

    func split() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        let limit = try limit(2, "D3020")
        let result = ArrayBox()
        guard limit > 0 else { return .array(result) }
        let bytes = Array(text.utf8)
        func add(_ range: Range<Int>) { result.items.append(.string(String(decoding: bytes[range], as: UTF8.self))) }
        guard let function = function(1) else {
            let separator = Array((self[1].string ?? "").utf8)
            if separator.isEmpty {
                result.items = self[1].isUndefined ? [.string(text)] : text.unicodeScalars.map { .string(String($0)) }
            } else {
                var start = 0
                while let found = Text.find(separator, in: bytes, from: start) {
                    add(start..<found)
                    start = found + separator.count
                }
                add(start..<bytes.count)
            }
            try evaluator.charge(result.items.count)
            let whole = limit.rounded(.down)
            if Double(result.items.count) > whole { result.items.removeSubrange(Int(whole)...) }
            return .array(result)
        }
        var start = 0
        var match = try first(function, text)
        while let found = match, Double(result.items.count) < limit {
            add(min(start, found.range.lowerBound)..<found.range.lowerBound)
            start = min(found.end, bytes.count)
            match = try next(found)
        }
        if Double(result.items.count) < limit { add(start..<bytes.count) }
        return .array(result)
    }

    func replace() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        if let pattern = self[1].string, pattern.utf8.isEmpty { throw ExpressionError("D3010", index: 2) }
        let limit = try limit(3, "D3011")
        guard limit > 0 else { return .string(text) }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var position = 0
        var count = 0.0
        guard let function = function(1) else {
            let pattern = Array((self[1].string ?? "undefined").utf8)
            guard let replacement = self[2].isUndefined ? "undefined" : self[2].string else {
                throw ExpressionError("D3012", value: self[2].summary)
            }
            while count < limit, let found = Text.find(pattern, in: bytes, from: position) {
                out += bytes[position..<found]
                out += Array(replacement.utf8)
                try evaluator.charge(1 + replacement.utf8.count / 16)
                position = found + pattern.count
                count += 1
            }
            out += bytes[position...]
            return .string(String(decoding: out, as: UTF8.self))
        }
        var match = try first(function, text)
        while let found = match, count < limit {
            let range = found.range
            out += bytes[min(position, range.lowerBound)..<range.lowerBound]
            out += Array(try replacement(for: found).utf8)
            try evaluator.charge(out.count / 64)
            position = range.upperBound
            count += 1
            match = try next(found)
        }
        out += bytes[position...]
        return .string(String(decoding: out, as: UTF8.self))
    }

    private func replacement(for match: FoundMatch) throws(ExpressionError) -> String {
        if let function = function(2) {
            let value = try apply(function, [match.value])
            guard let text = value.string else { throw ExpressionError("D3012", value: value.summary) }
            return text
        }
        return Self.substitute(self[2].string ?? "undefined", match.matched, match.groups)
    }

    /// Puts the match and its groups in place of `$0`, `$1` … in a replacement.
    private static func substitute(_ template: String, _ matched: String, _ groups: [Value]) -> String {
        let bytes = Array(template.utf8)
        var out: [UInt8] = []
        var at = 0
        // As many digits are read as the number of groups has.
        let most = max(1, String(groups.count).utf8.count)
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "$") else {
                out.append(bytes[at])
                at += 1
                continue
            }
            at += 1
            let next = at < bytes.count ? bytes[at] : 0
            if next == UInt8(ascii: "$") {
                out.append(next)
                at += 1
                continue
            }
            if next == UInt8(ascii: "0") {
                out += Array(matched.utf8)
                at += 1
                continue
            }
            var digits = bytes[min(at, bytes.count)...].prefix(most).prefix { $0 &- 0x30 < 10 }
            var index = Int(String(decoding: digits, as: UTF8.self))
            if most > 1, let number = index, number > groups.count, digits.count == most {
                digits = digits.prefix(most - 1)
                index = Int(String(decoding: digits, as: UTF8.self))
            }
            guard let index else {
                out.append(UInt8(ascii: "$"))
                continue
            }
            if index >= 1, index <= groups.count, let group = groups[index - 1].string { out += Array(group.utf8) }
            at += String(index).utf8.count
        }
        return String(decoding: out, as: UTF8.self)
    }
}
