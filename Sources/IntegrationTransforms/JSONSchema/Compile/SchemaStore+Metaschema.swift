internal import IntegrationDocument

extension SchemaStore {
    /// A resource as the metaschema of its draft is to see it: `{}` stands in the place of resources of other drafts.
    func viewWithoutForeign(_ resource: Int) -> View {
        let root = view(resources[resource].root)
        let end = root.pointer + root.word.extent
        let foreign = Set(resources.filter { $0.isForeign && $0.root > root.pointer && $0.root < end }.map(\.root))
        guard !foreign.isEmpty else { return root }
        var builder = Builder(arena)
        copy(root, without: foreign, to: &builder)
        return arena.view(builder.finish())
    }

    private func copy(_ view: View, without foreign: Set<WordPointer>, to builder: inout Builder) {
        if foreign.contains(view.pointer) {
            let object = builder.open()
            return builder.close(object, .object, count: 0)
        }
        guard view.word.isContainer else { return builder.copy(view.pointer) }
        let container = builder.open()
        for element in view.elements { copy(element, without: foreign, to: &builder) }
        for member in view.members {
            builder.append(member.key.word)
            copy(member.value, without: foreign, to: &builder)
        }
        builder.close(container, view.kind, count: view.count)
    }
}
