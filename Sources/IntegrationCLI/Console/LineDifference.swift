/// What changes from one text to another, line by line: the longest common subsequence stays.
struct LineDifference {
    enum Line: Equatable {
        case same(String), removed(String), added(String)
    }

    let lines: [Line]
    /// Beyond so many lines on either side everything counts as changed: the work grows with their product.
    private static let most = 2000

    init(from old: String, to new: String) {
        let (old, new) = (Self.lines(of: old), Self.lines(of: new))
        guard old.count <= Self.most, new.count <= Self.most else {
            lines = old == new ? old.map { .same($0) } : old.map { .removed($0) } + new.map { .added($0) }
            return
        }
        // common[i][j]: how many lines old[i...] and new[j...] have in common.
        var common = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                common[i][j] = old[i] == new[j] ? common[i + 1][j + 1] + 1 : max(common[i + 1][j], common[i][j + 1])
            }
        }
        var result: [Line] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                result.append(.same(old[i]))
                (i, j) = (i + 1, j + 1)
            } else if j == new.count || (i < old.count && common[i + 1][j] >= common[i][j + 1]) {
                result.append(.removed(old[i]))
                i += 1
            } else {
                result.append(.added(new[j]))
                j += 1
            }
        }
        lines = result
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Lines with ` `, `-` or `+` before them.
    func text(_ style: Style) -> String {
        lines.map { line in
            switch line {
            case .same(let text): "  " + text
            case .removed(let text): style.red("- " + text)
            case .added(let text): style.green("+ " + text)
            }
        }.map { $0 + "\n" }.joined()
    }
}
