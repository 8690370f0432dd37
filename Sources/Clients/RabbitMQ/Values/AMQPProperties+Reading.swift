internal import CRabbitMQ

extension AMQPProperties {
    /// Copies what the library has read.
    init(_ read: amqp_basic_properties_t) {
        self.init()
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            read._flags & amqp_flags_t(flag) == 0 ? nil : String(bytes)
        }
        contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, read.content_type)
        contentEncoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, read.content_encoding)
        correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, read.correlation_id)
        replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, read.reply_to)
        expiration = text(AMQP_BASIC_EXPIRATION_FLAG, read.expiration)
        messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, read.message_id)
        type = text(AMQP_BASIC_TYPE_FLAG, read.type)
        userID = text(AMQP_BASIC_USER_ID_FLAG, read.user_id)
        appID = text(AMQP_BASIC_APP_ID_FLAG, read.app_id)
        if read._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 { headers = AMQPTable(read.headers) }
        if read._flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 { isPersistent = read.delivery_mode == 2 }
        if read._flags & amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG) != 0 { priority = read.priority }
        if read._flags & amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG) != 0 { timestamp = read.timestamp }
    }
}

extension AMQPTable {
    /// Copies what the library has read; what lies deeper than `AMQPValue.deepest` is left out.
    ///
    /// - Parameter depth: how many tables and arrays are around it.
    init(_ read: amqp_table_t, depth: Int = 0) {
        let entries = UnsafeBufferPointer(start: read.entries, count: Int(read.num_entries))
        self.init(entries.map { Entry(String($0.key), AMQPValue($0.value, depth: depth + 1)) })
    }
}

extension AMQPValue {
    /// Tables and arrays within each other at most: whoever walks through them has a stack with an end.
    static let deepest = 64

    /// Copies what the library has read.
    init(_ read: amqp_field_value_t, depth: Int) {
        switch amqp_field_value_kind_t(rawValue: UInt32(read.kind)) {
        case AMQP_FIELD_KIND_BOOLEAN: self = .bool(read.value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .integer(Int64(read.value.i8))
        case AMQP_FIELD_KIND_U8: self = .integer(Int64(read.value.u8))
        case AMQP_FIELD_KIND_I16: self = .integer(Int64(read.value.i16))
        case AMQP_FIELD_KIND_U16: self = .integer(Int64(read.value.u16))
        case AMQP_FIELD_KIND_I32: self = .integer(Int64(read.value.i32))
        case AMQP_FIELD_KIND_U32: self = .integer(Int64(read.value.u32))
        case AMQP_FIELD_KIND_I64: self = .integer(read.value.i64)
        case AMQP_FIELD_KIND_U64: self = .unsigned(read.value.u64)
        case AMQP_FIELD_KIND_F32: self = .double(Double(read.value.f32))
        case AMQP_FIELD_KIND_F64: self = .double(read.value.f64)
        case AMQP_FIELD_KIND_DECIMAL:
            self = .decimal(value: read.value.decimal.value, scale: read.value.decimal.decimals)
        case AMQP_FIELD_KIND_UTF8: self = .string(String(read.value.bytes))
        case AMQP_FIELD_KIND_BYTES: self = .bytes(Array(read.value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(read.value.u64)
        case AMQP_FIELD_KIND_TABLE where depth >= Self.deepest, AMQP_FIELD_KIND_ARRAY where depth >= Self.deepest:
            self = .none
        case AMQP_FIELD_KIND_TABLE: self = .table(AMQPTable(read.value.table, depth: depth))
        case AMQP_FIELD_KIND_ARRAY:
            let values = UnsafeBufferPointer(
                start: read.value.array.entries, count: Int(read.value.array.num_entries))
            self = .array(values.map { AMQPValue($0, depth: depth + 1) })
        default: self = .none
        }
    }
}

extension String {
    /// Copies what the library has read; broken UTF-8 is mended.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: amqp_bytes_t) { self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)) }
}
