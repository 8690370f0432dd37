internal import CRabbitMQ

/// Memory for what a call of the library reads: given out piece by piece, taken back all at once.
///
/// Used by one thread only.
final class AMQPScratch {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var block = 0
    private var used = 0
    private static let blockSize = 64 << 10

    deinit { for block in blocks { block.deallocate() } }

    /// Takes everything back.
    func reset() {
        // What was larger than usual is not kept.
        while let last = blocks.last, blocks.count > 1 || last.count > Self.blockSize {
            last.deallocate()
            blocks.removeLast()
        }
        (block, used) = (0, 0)
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let size = max(16, (size + 15) & ~15)
        while block < blocks.count, used + size > blocks[block].count {
            block += 1
            used = 0
        }
        if block == blocks.count {
            blocks.append(.allocate(byteCount: max(Self.blockSize, size), alignment: 16))
            used = 0
        }
        defer { used += size }
        guard let start = blocks[block].baseAddress else { preconditionFailure("a block has memory") }
        return start + used
    }

    /// Memory for so many bytes, with anything in it.
    func room(_ size: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: allocate(size), count: size)
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t { bytes.withUnsafeBytes { copy($0) } }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let start = source.baseAddress, !source.isEmpty else { return amqp_bytes_t() }
        let target = allocate(source.count)
        target.copyMemory(from: start, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: target)
    }

    func table(_ table: AMQPTable) -> amqp_table_t {
        let count = table.entries.count
        guard count > 0 else { return amqp_table_t() }
        let entries = allocate(count * MemoryLayout<amqp_table_entry_t>.stride)
            .bindMemory(to: amqp_table_entry_t.self, capacity: count)
        for (index, entry) in table.entries.enumerated() {
            (entries + index).initialize(
                to: amqp_table_entry_t(key: bytes(entry.name), value: value(entry.value)))
        }
        return amqp_table_t(num_entries: Int32(count), entries: entries)
    }

    private func value(_ value: AMQPValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func kind(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
        switch value {
        case .bool(let value):
            kind(AMQP_FIELD_KIND_BOOLEAN)
            field.value.boolean = value ? 1 : 0
        case .integer(let value):
            kind(AMQP_FIELD_KIND_I64)
            field.value.i64 = value
        case .unsigned(let value):
            kind(AMQP_FIELD_KIND_U64)
            field.value.u64 = value
        case .double(let value):
            kind(AMQP_FIELD_KIND_F64)
            field.value.f64 = value
        case .decimal(let value, let scale):
            kind(AMQP_FIELD_KIND_DECIMAL)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: value)
        case .string(let text):
            kind(AMQP_FIELD_KIND_UTF8)
            field.value.bytes = bytes(text)
        case .bytes(let bytes):
            kind(AMQP_FIELD_KIND_BYTES)
            field.value.bytes = self.bytes(bytes)
        case .timestamp(let seconds):
            kind(AMQP_FIELD_KIND_TIMESTAMP)
            field.value.u64 = seconds
        case .array(let values):
            kind(AMQP_FIELD_KIND_ARRAY)
            field.value.array = array(values)
        case .table(let inner):
            kind(AMQP_FIELD_KIND_TABLE)
            field.value.table = table(inner)
        case .none: kind(AMQP_FIELD_KIND_VOID)
        }
        return field
    }

    private func array(_ values: [AMQPValue]) -> amqp_array_t {
        guard !values.isEmpty else { return amqp_array_t() }
        let entries = allocate(values.count * MemoryLayout<amqp_field_value_t>.stride)
            .bindMemory(to: amqp_field_value_t.self, capacity: values.count)
        for (index, element) in values.enumerated() { (entries + index).initialize(to: value(element)) }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }

    func properties(_ properties: AMQPProperties) -> amqp_basic_properties_t {
        var all = amqp_basic_properties_t()
        func set(_ text: String?, _ flag: Int32, _ member: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>) {
            guard let text else { return }
            all._flags |= amqp_flags_t(flag)
            all[keyPath: member] = bytes(text)
        }
        set(properties.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type)
        set(properties.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding)
        set(properties.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id)
        set(properties.replyTo, AMQP_BASIC_REPLY_TO_FLAG, \.reply_to)
        set(properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, \.expiration)
        set(properties.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id)
        set(properties.type, AMQP_BASIC_TYPE_FLAG, \.type)
        set(properties.userID, AMQP_BASIC_USER_ID_FLAG, \.user_id)
        set(properties.appID, AMQP_BASIC_APP_ID_FLAG, \.app_id)
        if !properties.headers.isEmpty {
            all._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
            all.headers = table(properties.headers)
        }
        all._flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        all.delivery_mode = properties.isPersistent ? 2 : 1
        if let priority = properties.priority {
            all._flags |= amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
            all.priority = priority
        }
        if let timestamp = properties.timestamp {
            all._flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
            all.timestamp = timestamp
        }
        return all
    }
}
