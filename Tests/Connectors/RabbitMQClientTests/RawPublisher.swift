internal import Glibc
internal import IntegrationCore

/// Publishes one message whose header frame is made by hand: what no library would send (AMQP 0-9-1, section 4.2).
enum RawPublisher {
    /// A header `deep` with so many tables within each other, in the form of the wire.
    static func nested(_ depth: Int) -> [UInt8] {
        // Each level is an entry with an empty name, whose value is a table; the innermost table is empty.
        var sizes: [UInt32] = [0]
        while sizes.count < depth { sizes.append((sizes.last ?? 0) + 6) }
        var table: [UInt8] = []
        for size in sizes.reversed() {
            if !table.isEmpty { table += [0, UInt8(ascii: "F")] }
            table += number(size)
        }
        return table
    }

    /// Publishes an empty body with such headers to a queue.
    static func publish(headers: [UInt8], to queue: String, port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw IntegrationError(.connectionRefused, "no broker at \(port)") }
        try write(Array("AMQP".utf8) + [0, 0, 9, 1], descriptor)
        try readFrame(descriptor)
        let login = [UInt8](arrayLiteral: 0) + Array("guest".utf8) + [0] + Array("guest".utf8)
        try call(
            0,
            [0, 10, 0, 11] + number(UInt32(0)) + short("PLAIN") + number(UInt32(login.count)) + login + short("en_US"),
            descriptor)
        try write(
            method(0, [0, 10, 0, 31] + number(UInt16(2047)) + number(UInt32(131_072)) + number(UInt16(0))), descriptor)
        try call(0, [0, 10, 0, 40] + short("/") + [0, 0], descriptor)
        try call(1, [0, 20, 0, 10, 0], descriptor)
        try call(1, [0, 85, 0, 10, 0], descriptor)
        try write(method(1, [0, 60, 0, 40, 0, 0] + short("") + short(queue) + [0]), descriptor)
        // Class, weight, body size, and which properties there are: the headers.
        let header = [0, 60, 0, 0] + number(UInt64(0)) + [0x20, 0] + headers
        try write(frame(2, 1, header), descriptor)
        try readFrame(descriptor)
    }

    private static func call(_ channel: UInt16, _ payload: [UInt8], _ descriptor: Int32) throws {
        try write(method(channel, payload), descriptor)
        try readFrame(descriptor)
    }

    private static func method(_ channel: UInt16, _ payload: [UInt8]) -> [UInt8] { frame(1, channel, payload) }

    private static func frame(_ type: UInt8, _ channel: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [type] + number(channel) + number(UInt32(payload.count)) + payload + [0xCE]
    }

    private static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    private static func write(_ bytes: [UInt8], _ descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw IntegrationError(.connectionCut, "the broker closed the connection") }
            rest = rest.dropFirst(count)
        }
    }

    private static func readFrame(_ descriptor: Int32) throws {
        func take(_ count: Int) throws -> [UInt8] {
            var taken: [UInt8] = []
            while taken.count < count {
                var part = [UInt8](repeating: 0, count: count - taken.count)
                let size = recv(descriptor, &part, part.count, 0)
                guard size > 0 else { throw IntegrationError(.connectionCut, "the broker closed the connection") }
                taken += part[..<size]
            }
            return taken
        }
        let size = try take(7)[3...].reduce(0) { $0 << 8 | Int($1) }
        let payload = try take(size + 1)
        guard payload.prefix(4) != [0, 10, 0, 50], payload.prefix(4) != [0, 20, 0, 40] else {
            throw IntegrationError(.amqpFailed, String(decoding: payload, as: UTF8.self))
        }
    }
}
