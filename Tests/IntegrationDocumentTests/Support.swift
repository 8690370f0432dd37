import IntegrationDocument

/// Parses texts that stand in the middle of a block, with bytes before and behind that must not matter.
final class Bench {
    let arena = Arena()

    /// The minimal JSON of the text, or why it is none.
    func parse(
        _ text: [UInt8], policy: ParsePolicy = .lenient, before: [UInt8] = [], behind: [UInt8] = []
    ) -> Result<[UInt8], ParseError> {
        arena.reset()
        arena.attach(ByteBlock(before + text + behind), as: Arena.sourceBase)
        do {
            let slice = Slice(base: Arena.sourceBase, offset: before.count, length: text.count)
            return .success(written(arena.view(try arena.parse(slice, policy: policy))))
        } catch {
            return .failure(error)
        }
    }

    func accepts(_ text: String, policy: ParsePolicy = .lenient) -> Bool {
        if case .success = parse(Array(text.utf8), policy: policy) { return true }
        return false
    }
}

/// What the writer makes of a view.
func written(_ view: View) -> [UInt8] {
    var out = OutputBuffer(capacity: 16)
    out.append(view)
    return out.withBytes { Array($0) }
}

func reason(_ text: String, policy: ParsePolicy = .strict) -> ParseError.Reason? {
    do {
        _ = try Document(text, policy: policy)
        return nil
    } catch {
        return error.reason
    }
}

/// Orders as they come in, for mutations.
let sampleOrders: [[UInt8]] = [
    #"{"orderId":"ORD-00000000","customerId":"CUST-006317","customerEmail":"omar.fischer47@example.com","#
        + #""channel":"web","currency":"EUR","status":"created","shippingAddress":{"street":"266 Fischer Street","#
        + #""city":"Łódź","postalCode":"29224","country":"DE"},"orderItems":[{"productId":"PRD-041665","quantity":5,"#
        + #""price":72.72}],"orderTotal":363.6,"createdAt":"2026-07-26T17:26:46.463Z","#
        + #""note":"call call ok the \"ring\" \"ring\" before"}"#,
    #"{ "orderId" : "ORD-7" , "gift" : true , "coupon" : null , "paid" : false , "weight" : -1.5e-3 , "tags" : [ ] , "#
        + "\n  \"extra\" : { } , \"matrix\" : [ [ 1 , 2 ] , [ 3 , 4 ] ] , \"big\" : 12345678901234567890 }\r\n",
    #"[{"a\u0062c":"\ud83d\ude00 \\ \/ \b\f\n\r\t"},"日本語",0,-0,10.10,1E5,[[[[]]]],{"":{"":""}}]"#,
    #"{"id":100000001,"total":2078.4,"items":[{"p":"A","q":1},{"p":"B","q":2},{"p":"C","q":30}],"ok":true}"#,
].map { Array($0.utf8) }
