package import IntegrationDocument

/// What texts are evaluated on where the input brings nothing.
package enum Sample {
    package static let order = {
        let text = #"""
            {"orderId":"ORD-1","customer":{"id":7,"name":"Ä. \"B\"","tags":[]},"items":[{"sku":"a","price":1.5,"quantity":2},
            {"sku":"b","price":3e2,"quantity":1,"note":null}],"total":303.0,"paid":true,"date":"2026-11-28T12:00:00Z","a":[[1,[2]],{}]}
            """#
        do {
            return try Document(text)
        } catch {
            fatalError("the sample: \(error)")
        }
    }()
}
