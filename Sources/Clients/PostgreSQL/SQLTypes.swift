/// The forms of types, those that somebody made in this database included.
public struct SQLTypes: Sendable {
    private var own: [SQLTypeID: SQLTypeID.Form] = [:]

    public init() {}

    /// What is not known is text, which is right for enumerations and composites.
    func form(of type: SQLTypeID) -> SQLTypeID.Form { type.wellKnownForm ?? own[type] ?? .text }

    func knows(_ type: SQLTypeID) -> Bool { type.wellKnownForm != nil || own[type] != nil }

    /// Asks for what is needed of types: number, kind (`pg_type.typtype`), elements, base.
    static let query = """
        select t.oid, t.typtype, case when t.typcategory = 'A' then t.typelem else 0 end, t.typbasetype, r.rngsubtype
        from pg_catalog.pg_type t left join pg_catalog.pg_range r on r.rngtypid = t.oid
        where t.oid = any($1::oid[])
        """

    /// Takes over what `query` gave.
    ///
    /// - Returns: what is to be asked for next.
    mutating func learn(_ result: SQLResult) -> [SQLTypeID] {
        var unknown: [SQLTypeID] = []
        for row in 0..<result.count {
            func number(_ column: Int) -> SQLTypeID? {
                result.text(row, column).flatMap { UInt32($0) }.flatMap { $0 == 0 ? nil : SQLTypeID($0) }
            }
            guard let type = number(0) else { continue }
            let element = number(2)
            let base = number(3)
            let range = number(4)
            if let element {
                own[type] = .array(of: element)
            } else if let range {
                own[type] = .range(of: range)
            } else if let base {
                // A domain is what it is based on; it is asked for again once that is known.
                if knows(base) { own[type] = form(of: base) } else { unknown.append(type) }
            } else {
                own[type] = .text
            }
            unknown += [element, base, range].compactMap(\.self).filter { !knows($0) }
        }
        return unknown
    }
}
