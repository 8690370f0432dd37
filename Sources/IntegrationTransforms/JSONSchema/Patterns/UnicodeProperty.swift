/// The names that ECMA-262 gives to properties of characters (tables 69 to 71 of its 2024 edition), in PCRE2's words.
enum UnicodeProperty {
    /// What stands between the braces of `\p{…}`; nil where the name has no such form. Whether a script or a binary
    /// property exists is left to PCRE2.
    static func translate(_ content: String) -> String? {
        let parts = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }) else { return nil }
        guard parts.count == 2 else {
            if let category = category(parts[0]) { return category }
            // PCRE2 would take a script by its bare name; ECMA-262 wants `Script=`.
            return binary.contains(parts[0]) ? parts[0] : nil
        }
        switch parts[0] {
        case "General_Category", "gc": return category(parts[1])
        case "Script", "sc": return "sc:" + parts[1]
        case "Script_Extensions", "scx": return "scx:" + parts[1]
        default: return nil
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func category(_ name: String) -> String? {
        if let short = categories[name] { return short }
        return categories.values.contains(name) ? name : nil
    }

    private static let categories: [String: String] = [
        "Letter": "L", "Cased_Letter": "L&", "LC": "L&", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll",
        "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo",
        "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me",
        "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No",
        "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd",
        "Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf",
        "Other_Punctuation": "Po",
        "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Other_Symbol": "So",
        "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp",
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs", "Private_Use": "Co",
        "Unassigned": "Cn",
    ]

    private static let binary: Set<String> = [
        "ASCII", "AHex", "ASCII_Hex_Digit", "Alpha", "Alphabetic", "Any", "Bidi_C", "Bidi_Control", "Bidi_M",
        "Bidi_Mirrored", "CI", "Case_Ignorable", "Cased", "CWCF", "Changes_When_Casefolded", "CWCM",
        "Changes_When_Casemapped", "CWL", "Changes_When_Lowercased", "CWT", "Changes_When_Titlecased", "CWU",
        "Changes_When_Uppercased", "DI", "Default_Ignorable_Code_Point", "Dash", "Dep", "Deprecated", "Dia",
        "Diacritic",
        "Emoji", "EMod", "Emoji_Modifier", "EBase", "Emoji_Modifier_Base", "EComp", "Emoji_Component", "EPres",
        "Emoji_Presentation", "ExtPict", "Extended_Pictographic", "Ext", "Extender", "Gr_Base", "Grapheme_Base",
        "Gr_Ext",
        "Grapheme_Extend", "Hex", "Hex_Digit", "IDS", "ID_Start", "IDC", "ID_Continue", "Ideo", "Ideographic", "Join_C",
        "Join_Control", "LOE", "Logical_Order_Exception", "Lower", "Lowercase", "Math", "NChar",
        "Noncharacter_Code_Point", "Pat_Syn", "Pattern_Syntax", "Pat_WS", "Pattern_White_Space", "QMark",
        "Quotation_Mark", "Radical", "RI", "Regional_Indicator", "STerm", "Sentence_Terminal", "SD", "Soft_Dotted",
        "Term", "Terminal_Punctuation", "UIdeo", "Unified_Ideograph", "Upper", "Uppercase", "VS", "Variation_Selector",
        "space", "White_Space", "XIDS", "XID_Start", "XIDC", "XID_Continue",
    ]
}
