extension FieldType where Value == Duration {
    /// A duration with its unit; a bare number is refused with the fix.
    public static func duration(in range: ClosedRange<Duration>? = nil) -> FieldType {
        let shape = FieldShape.duration(range)
        return scalar(shape, encode: { $0.configurationText }) { scalar, node, context in
            guard let value = Duration(configuration: scalar.text) else {
                context.notADuration(node, scalar)
                return nil
            }
            if let range, !range.contains(value) {
                let bounds = "from \(range.lowerBound.configurationText) to \(range.upperBound.configurationText)"
                context.outOfRange(node, shown: scalar.shown, bounds: bounds)
                return nil
            }
            return value
        }
    }

    public static var duration: FieldType { duration() }
}

extension FieldType where Value == ByteCount {
    /// A size with its unit; a bare number is refused with the fix.
    public static func size(in range: ClosedRange<ByteCount>? = nil) -> FieldType {
        let shape = FieldShape.size(range)
        return scalar(shape, encode: { $0.description }) { scalar, node, context in
            guard let value = ByteCount(parsing: scalar.text) else {
                context.notASize(node, scalar)
                return nil
            }
            if let range, !range.contains(value) {
                context.outOfRange(node, shown: scalar.shown, bounds: "from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return value
        }
    }

    public static var size: FieldType { size() }
}

extension DecodingContext {
    fileprivate mutating func notADuration(_ node: ConfigurationNode, _ scalar: ConfigurationScalar) {
        let compact = scalar.text.filter { $0 != " " }
        if scalar.plainKind == .int || scalar.plainKind == .float {
            diagnostics.error(
                .missingUnit, "\(fieldPhrase) is a duration and needs a unit", at: node.span,
                help: "write `\(scalar.shown)s` (units: d, h, m, s, ms)")
        } else if compact != scalar.text, Duration(configuration: compact) != nil {
            malformed(node, "must be a duration without blanks", help: scalar.isSecret ? nil : "write `\(compact)`")
        } else {
            malformed(
                node, "must be a duration, not \(node.kindPhrase)",
                help: "write a number with d, h, m, s or ms, larger units first: `5s`, `2m30s`")
        }
    }

    fileprivate mutating func notASize(_ node: ConfigurationNode, _ scalar: ConfigurationScalar) {
        if scalar.plainKind == .int || scalar.plainKind == .float {
            let bytes = scalar.integer ?? 0
            let fix = bytes > 0 && bytes % 1024 == 0 ? ByteCount(bytes).description : "\(scalar.shown)B"
            diagnostics.error(
                .missingUnit, "\(fieldPhrase) is a size and needs a unit", at: node.span,
                help: "write `\(scalar.isSecret ? "1MiB" : fix)` (units: B, kB, MB, GB, KiB, MiB, GiB)")
            return
        }
        let digits = scalar.text.prefix { $0.isASCII && $0.isNumber }
        let unit = scalar.text.dropFirst(digits.count).filter { $0 != " " }.uppercased()
        var help = "write a whole number with B, kB, MB, GB, KiB, MiB or GiB"
        if !digits.isEmpty, !scalar.isSecret, let letter = unit.first, "KMGT".contains(letter) {
            let small = letter == "K" ? "k" : String(letter)
            help = "write `\(digits)\(letter)iB` (powers of 1024) or `\(digits)\(small)B` (powers of 1000)"
        }
        malformed(node, "must be a size, not \(node.kindPhrase)", help: help)
    }
}
