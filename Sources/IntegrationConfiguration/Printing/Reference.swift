public import IntegrationCore

/// The reference as text, made from the field tables and the error codes: what `docs` and `explain` print.
public struct Reference: Sendable {
    private let catalog: Catalog
    private let codes: [ErrorCode]

    /// - Parameter codes: every code that `explain` knows.
    public init(catalog: Catalog, codes: [ErrorCode] = ErrorCode.all) {
        self.catalog = catalog
        self.codes = codes
    }

    /// Everything that can be asked for, sorted: types, sections and what they are made of.
    public var names: [String] { Set(tables.map(\.name) + catalog.all.map(\.name)).sorted() }

    /// The options of a type (`http`, `http source`) or of a part (`retry`, `flow`, `configuration`); nil where there is
    /// none of that name.
    public func docs(_ name: String) -> String? {
        let wanted = name.lowercased()
        var texts: [String] = []
        for type in catalog.all where [type.name, "\(type.name) \(type.kind.rawValue)"].contains(wanted) {
            texts.append(text(of: type))
        }
        for table in tables where table.name.lowercased() == wanted {
            let isShown = catalog.all.contains { $0.table.name == table.name && texts.contains(text(of: $0)) }
            if !isShown { texts.append(text(of: table, title: table.name)) }
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    /// What was probably meant by a name that `docs` does not know.
    public func suggestion(for name: String) -> String? { Suggestion.nearest(to: name, among: names) }

    /// What an error code means and what to do; nil where there is no such code.
    public func explain(_ code: String) -> String? {
        let wanted = code.uppercased()
        guard let code = codes.first(where: { $0.id == wanted || $0.id == "IE" + wanted }) else { return nil }
        let retry = code.isRetryable ? "\nIt may pass by itself: the message is tried again.\n" : ""
        return "\(code.id)  \(code.title)\n\n\(Self.wrapped(code.explanation, indent: ""))\(retry)\n"
            + "Solution: \(Self.wrapped(code.remedy, indent: "          ").dropFirst(10))"
    }

    // MARK: Text

    private func text(of type: TypeDescription) -> String {
        let build = type.isBuilt ? "" : "  (not in this build)"
        var text = self.text(of: type.table, title: "\(type.name) \(type.kind.rawValue)" + build)
        if let connector = type.connector {
            text += "\nNeeds `connector: NAME` of a connector of type \(connector), or its options beside its own.\n"
        }
        return text
    }

    private func text(of table: FieldTable, title: String) -> String {
        var text = "\(title)\n\n" + Self.wrapped(table.summary, indent: "")
        if !table.fields.isEmpty { text += "\n" }
        for field in table.fields {
            text += "  \(field.name)  \(remark(field))\n" + Self.wrapped(field.doc, indent: "      ")
            if let advice = field.deprecation { text += Self.wrapped("Deprecated: \(advice).", indent: "      ") }
        }
        if !table.example.isEmpty {
            let lines = table.example.split(separator: "\n", omittingEmptySubsequences: false)
            text += "\nExample:\n" + lines.map { "  " + $0 + "\n" }.joined()
        }
        return text
    }

    private func remark(_ field: FieldDescription) -> String {
        switch field.presence {
        case .required: "(\(field.shape.phrase); required)"
        case .optional: "(\(field.shape.phrase))"
        case .defaulted(let value):
            if let value, !field.shape.isSecret, value.elements?.isEmpty != true,
                value.mapping?.entries.isEmpty != true,
                value.scalar?.text.isEmpty != true
            {
                "(\(field.shape.phrase); default \(value.scalar?.text ?? value.description))"
            } else {
                "(\(field.shape.phrase))"
            }
        }
    }

    /// Every table that the root or the catalog leads to, each name once.
    private var tables: [FieldTable] {
        var result: [FieldTable] = []
        var seen: Set<String> = []
        func visit(_ table: FieldTable) {
            guard seen.insert(table.name).inserted else { return }
            result.append(table)
            for field in table.fields { visit(field.shape) }
        }
        func visit(_ shape: FieldShape) {
            switch shape {
            case .table(let table): visit(table)
            case .variants(let tables, _): tables.forEach(visit)
            case .list(let inner), .oneOrMany(let inner), .map(let inner): visit(inner)
            case .either(let shapes): shapes.forEach(visit)
            default: break
            }
        }
        visit(RootConfiguration.table)
        visit(StepDeclaration.table)
        visit(BatchConfiguration.table)
        for type in catalog.all { visit(type.table) }
        return result
    }

    /// Lines of at most 100 columns.
    private static func wrapped(_ text: String, indent: String) -> String {
        var lines: [String] = []
        var line = indent
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if line.count + word.count + 1 > 100, line.count > indent.count {
                lines.append(line)
                line = indent
            }
            line += (line.count > indent.count ? " " : "") + word
        }
        lines.append(line)
        return lines.map { $0 + "\n" }.joined()
    }
}
