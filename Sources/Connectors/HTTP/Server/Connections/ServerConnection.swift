internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1

/// One connection: its requests one after another, each answered before the next is looked at.
///
/// Everything here happens on its event loop. What was read behind a request that is being answered waits, at most what
/// one read brought; until then nothing more is read.
final class ServerConnection: ChannelDuplexHandler, @unchecked Sendable {
    // Proof of Sendable: others know it only to hand its event loop something to do; all that changes changes there.

    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let loop: any EventLoop
    private let care: LoopCare
    private var timer: ConnectionTimer
    private var context: ChannelHandlerContext?
    private var remote = ""
    /// The request that is coming in or being answered.
    private var exchange: Exchange?
    /// Why the request that is coming in is refused once it is whole.
    private var refusal: Refusal?
    /// Bytes of its body so far.
    private var received = 0
    /// Bytes of its body that are kept.
    private var held = 0
    /// Parts of requests behind the one that is being answered.
    private var pending = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 4)
    /// What came behind them is no HTTP.
    private var broken: Refusal?
    private var holdsRead = false
    private var isInputClosed = false
    private var isLastRequest = false
    /// `goOn` is at work further up.
    private var isGoingOn = false
    /// Bytes that were thrown away since the last reply.
    private var discarded = 0

    /// Most bytes of a refused request that are read for the sake of the next one.
    private static let worthReading = 64 << 10
    /// Most bytes that are thrown away while a connection closes.
    private static let worthDiscarding = 1 << 20

    init(on loop: any EventLoop, _ care: LoopCare, _ limits: ConnectionTimer.Limits) {
        self.loop = loop
        self.care = care
        timer = ConnectionTimer(limits, at: care.now)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        care.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        care.remove(self)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        care.remove(self)
        letGo()
        self.context = nil
        pending.removeAll()
    }

    private static func text(_ address: SocketAddress) -> String {
        switch address {
        case .v4: "\(address.ipAddress ?? ""):\(address.port ?? 0)"
        case .v6: "[\(address.ipAddress ?? "")]:\(address.port ?? 0)"
        case .unixDomainSocket: "unix"
        }
    }

    func bytesArrived(_ count: Int) {
        timer.bytesArrived(at: care.now)
        guard timer.phase == .closing else { return }
        discarded += count
        if discarded > Self.worthDiscarding { context?.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if timer.phase == .answering || !pending.isEmpty {
            pending.append(part)
        } else {
            take(part)
        }
    }

    func read(context: ChannelHandlerContext) {
        if timer.phase == .answering || !pending.isEmpty || !context.channel.isWritable {
            holdsRead = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent {
            isInputClosed = true
            if timer.phase != .answering { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard timer.phase != .closing else { return }
        guard error is HTTPParserError || error is ByteToMessageDecoderError else {
            return context.close(promise: nil)
        }
        let isOverflow = (error as? HTTPParserError) == .headerOverflow
        let refusal =
            isOverflow
            ? Refusal(431, "the headers are larger, or more, than is allowed here", closes: true)
            : Refusal(400, "this is not a request of HTTP/1.1", closes: true)
        if timer.phase == .answering || !pending.isEmpty {
            broken = broken ?? refusal
        } else {
            refuse(refusal)
        }
    }

    // MARK: Requests

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head) where timer.phase != .closing: begin(head)
        case .body(let bytes) where timer.phase == .body: append(bytes)
        case .end where timer.phase == .body: finish()
        default: break  // behind the last reply
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        timer.enter(.body, at: care.now)
        received = 0
        if remote.isEmpty { remote = context?.remoteAddress.map(Self.text) ?? "" }
        // What is no longer HTTP afterwards is not understood here.
        isLastRequest = !head.isKeepAlive || head.method == .CONNECT || head.headers.contains(name: "upgrade")
        do throws(Refusal) {
            try RequestCheck.check(head)
            guard let target = RequestTarget(head.uri) else {
                throw Refusal(400, "the target is not a path that makes sense here")
            }
            let (route, parameters) = try care.route(head, target)
            exchange = Exchange(head, target, on: self, for: route, parameters: parameters, remote: remote)
            try route.rules.admit(head, target)
            try care.checkRoom(for: route)
            if head.version == .http1_1, head.headers.first(name: "expect") != nil { proceed() }
        } catch {
            let length = head.headers.first(name: "content-length").map { Int($0) ?? .max }
            let hasBody = length ?? 0 > 0 || head.headers.contains(name: "transfer-encoding")
            let expects = head.headers.contains(name: "expect")
            // Whoever waits for a word before the body sends none after this one.
            if error.closes || hasBody && (expects || length.map { $0 > Self.worthReading } ?? false) {
                refuse(error, closes: true)
            } else {
                refusal = error
            }
        }
    }

    /// The sender waits for a word before it sends the body (RFC 9110, 10.1.1).
    private func proceed() {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func append(_ bytes: ByteBuffer) {
        received += bytes.readableBytes
        if refusal != nil {
            if received > Self.worthReading, let refusal { refuse(refusal, closes: true) }
            return
        }
        guard let exchange else { return }
        guard received <= exchange.route.rules.maximumBody else {
            return refuse(RequestRules.tooLarge(exchange.route.rules.maximumBody))
        }
        guard care.hold(bytes.readableBytes) else {
            return refuse(.later(503, "too many bytes of requests are waiting"), closes: true)
        }
        held += bytes.readableBytes
        if exchange.body == nil {
            exchange.body = bytes
        } else {
            exchange.body?.writeImmutableBuffer(bytes)
        }
    }

    private func letGo() {
        care.release(held)
        held = 0
    }

    private func finish() {
        if let refusal { return refuse(refusal) }
        guard let exchange else { return }
        do throws(Refusal) {
            try exchange.route.rules.verify(exchange, at: care.wallSeconds)
        } catch {
            return refuse(error)
        }
        timer.enter(.answering, at: care.now)
        exchange.deadline = .uptimeNanoseconds(care.now) + exchange.route.rules.replyTimeout
        care.submit(exchange)
    }

    // MARK: Replies

    /// Answers a request, unless that has been done.
    func answer(_ exchange: Exchange, _ reply: EncodedReply) {
        guard !exchange.isAnswered, self.exchange === exchange else { return }
        exchange.isAnswered = true
        exchange.route.rules.noteAnswered(exchange, status: reply.status)
        write(reply, to: exchange.head)
    }

    /// Refuses a request, unless it has been answered.
    func refuse(_ exchange: Exchange, _ refusal: Refusal) {
        guard !exchange.isAnswered, self.exchange === exchange else { return }
        refuse(refusal)
    }

    /// Answers the request in hand, which goes no further.
    private func refuse(_ refusal: Refusal, closes: Bool = false) {
        if refusal.closes || closes { isLastRequest = true }
        if let exchange {
            exchange.isAnswered = true
            exchange.route.rules.noteAnswered(exchange, status: refusal.status)
        }
        write(EncodedReply(care.dressed(refusal.reply, for: exchange)), to: exchange?.head)
    }

    private func write(_ reply: EncodedReply, to head: HTTPRequestHead?) {
        guard let context else { return }
        exchange = nil
        refusal = nil
        letGo()
        let isOver = isInputClosed && pending.isEmpty && broken == nil
        let closes = isLastRequest || isOver || care.isDraining
        let isOld = head?.version == .http1_0
        var buffer = context.channel.allocator.buffer(capacity: reply.statusLine.count + reply.rest.count + 64)
        reply.write(
            to: &buffer, date: care.dateLine,
            connection: closes ? "Connection: close\r\n" : isOld ? "Connection: keep-alive\r\n" : "",
            isHead: head?.method == .HEAD)
        guard closes else {
            timer.enter(.idle, at: care.now)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            return goOn()
        }
        timer.enter(.closing, at: care.now)
        discarded = 0
        pending.removeAll()
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { [self] _ in
            // A socket that is closed while bytes are still coming in would take the reply back (RFC 9112, 9.6).
            self.context?.close(mode: isOver ? .all : .output, promise: nil)
        }
        resumeReading()
    }

    /// Goes on with what waits behind a request that has been answered.
    private func goOn() {
        guard !isGoingOn else { return }
        isGoingOn = true
        defer { isGoingOn = false }
        while timer.phase != .answering, context?.channel.isWritable == true, let part = pending.popFirst() {
            take(part)
        }
        guard timer.phase != .answering else { return }
        if pending.isEmpty, let broken, timer.phase != .closing {
            self.broken = nil
            return refuse(broken)
        }
        resumeReading()
    }

    private func resumeReading() {
        guard holdsRead, pending.isEmpty, let context, context.channel.isWritable else { return }
        holdsRead = false
        context.read()
    }

    // MARK: Care

    /// Ends what takes too long.
    func check(at now: UInt64) {
        if timer.phase == .answering {
            guard let exchange, exchange.deadline <= .uptimeNanoseconds(now) else { return }
            return refuse(Refusal(504, "the message is not through in time; it may still go on"))
        }
        guard timer.isOver(at: now) else { return }
        switch timer.phase {
        case .body: refuse(Refusal(408, "the request takes too long to come", closes: true))
        default: context?.close(promise: nil)
        }
    }

    /// Lets the request that is in hand be the last one.
    func drain() {
        isLastRequest = true
        if timer.phase == .idle || timer.phase == .head { context?.close(promise: nil) }
    }

    func close() { context?.close(promise: nil) }
}
