internal import IntegrationDocument

extension Builtin {
    /// Calls the function with arguments that its signature has accepted.
    func call(_ arguments: [Value], context: Value, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let call = BuiltinCall(arguments: arguments, context: context, evaluator: evaluator)
        for argument in arguments { try evaluator.charge(argument.readingSteps) }
        switch self {
        case .sum, .count, .max, .min, .average: return try call.aggregate(self)
        case .string: return try call.string()
        case .substring: return try call.substring()
        case .substringBefore, .substringAfter: return try call.substring(self == .substringBefore)
        case .lowercase: return try call.mapText { $0.lowercased() }
        case .uppercase: return try call.mapText { $0.uppercased() }
        case .length: return call.length()
        case .trim: return try call.mapText(BuiltinCall.trimmed)
        case .pad: return try call.pad()
        case .match: return try call.match()
        case .contains: return try call.contains()
        case .replace: return try call.replace()
        case .split: return try call.split()
        case .join: return try call.join()
        case .formatNumber: return try call.formatNumber()
        case .formatBase: return try call.formatBase()
        case .formatInteger: return try call.formatInteger()
        case .parseInteger: return try call.parseInteger()
        case .number: return try call.number()
        case .floor: return call.mapNumber { $0.rounded(.down) }
        case .ceil: return call.mapNumber { $0.rounded(.up) }
        case .abs: return call.mapNumber { Swift.abs($0) }
        case .round: return call.round()
        case .sqrt: return try call.sqrt()
        case .power: return try call.power()
        case .random: return .number(evaluator.random())
        case .boolean: return call[0].truth.map { .bool($0) } ?? .undefined
        case .not: return call[0].truth.map { .bool(!$0) } ?? .undefined
        case .map: return try call.map()
        case .zip: return try call.zip()
        case .filter: return try call.filter()
        case .single: return try call.single()
        case .reduce: return try call.reduce()
        case .sift: return try call.sift()
        case .each: return try call.each()
        case .sort: return try call.sort()
        case .keys: return call.keys()
        case .lookup: return call.lookup()
        case .append: return try call.append()
        case .exists: return .bool(!call[0].isUndefined)
        case .spread: return try call.spread()
        case .merge: return try call.merge()
        case .reverse: return call.reverse()
        case .shuffle: return call.shuffle()
        case .distinct: return try call.distinct()
        case .error: throw call.failure("D3137", call[0].string, or: "$error() function evaluated")
        case .assert:
            guard call[0].truth ?? false else {
                throw call.failure("D3141", call[1].string, or: "$assert() statement failed")
            }
            return .undefined
        case .type: return try call.type()
        case .base64encode, .base64decode, .encodeUrlComponent, .encodeUrl, .decodeUrlComponent, .decodeUrl:
            return try call.encode(self)
        case .eval: return try call.eval()
        case .clone: return try call.clone()
        case .toMillis: return try call.toMillis()
        case .fromMillis: return try call.fromMillis()
        case .now: return try call.now()
        case .millis: return .number(Double(evaluator.milliseconds))
        case .uuid: return .string(evaluator.uuid())
        }
    }
}

/// One call of a built-in function. An undefined first argument gives undefined unless a function says otherwise.
struct BuiltinCall {
    let arguments: [Value]
    let context: Value
    let evaluator: Evaluator

    subscript(_ index: Int) -> Value { index < arguments.count ? arguments[index] : .undefined }

    func function(_ index: Int) -> FunctionBox? {
        if case .function(let function) = self[index] { return function }
        return nil
    }

    func apply(_ function: FunctionBox, _ arguments: [Value]) throws(ExpressionError) -> Value {
        try evaluator.charge()
        return try evaluator.apply(function, arguments, context: .null)
    }

    /// A text as the result.
    func made(_ text: String) throws(ExpressionError) -> Value {
        try evaluator.charge(text: text.utf8.count)
        return .string(text)
    }

    /// The argument as a picture, or as a text that is read by one; a long one costs much to read.
    func picture(_ index: Int) throws(ExpressionError) -> String? {
        guard let picture = self[index].string else { return nil }
        try evaluator.charge(max(0, picture.utf8.count - Self.cheapPicture) * Self.stepsPerPictureByte)
        return picture
    }

    private static let cheapPicture = 256
    private static let stepsPerPictureByte = 32

    /// An error with a message of the expression's own.
    func failure(_ code: String, _ message: String?, or standard: String) -> ExpressionError {
        let text = message.flatMap { $0.utf8.isEmpty ? nil : $0 } ?? standard
        return ExpressionError(code, value: text, text: text)
    }

    func mapText(_ body: (String) -> String) throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        return try made(body(text))
    }

    func mapNumber(_ body: (Double) -> Double) -> Value { self[0].double.map { .number(body($0)) } ?? .undefined }
}

extension Value {
    /// What a built-in function takes to read the value through once, in steps.
    fileprivate var readingSteps: Int {
        switch self {
        case .string(let string): string.utf8.count / 16
        case .array(let box): box.items.count / 4
        case .view(let view):
            switch view.kind {
            case .string, .escapedString: Int(view.word.length) / 16
            case .array, .object: view.count / 4
            default: 0
            }
        default: 0
        }
    }
}
