internal import IntegrationDocument

/// What applying templates writes into while it runs; one per lane, reused from message to message and from template to
/// template.
public struct TemplateScratch: ~Copyable {
    var nodes = NodeList()
    /// What expressions see besides the document; to be set for each message.
    public var surroundings: TemplateSurroundings?
    var slots: UnsafeMutablePointer<UnsafePointer<Word>?>
    private var slotCapacity: Int
    var values: UnsafeMutablePointer<UnsafePointer<Word>?>
    private var valueCapacity: Int

    public init() {
        slotCapacity = 32
        slots = .allocate(capacity: slotCapacity)
        valueCapacity = 8
        values = .allocate(capacity: valueCapacity)
    }

    deinit {
        slots.deallocate()
        values.deallocate()
    }

    @inline(__always)
    mutating func reserve(slots slotCount: Int, values valueCount: Int) {
        if slotCount > slotCapacity || valueCount > valueCapacity { grow(slotCount, valueCount) }
    }

    private mutating func grow(_ slotCount: Int, _ valueCount: Int) {
        slots.deallocate()
        values.deallocate()
        slotCapacity = max(slotCapacity, slotCount)
        valueCapacity = max(valueCapacity, valueCount)
        slots = .allocate(capacity: slotCapacity)
        values = .allocate(capacity: valueCapacity)
    }
}
