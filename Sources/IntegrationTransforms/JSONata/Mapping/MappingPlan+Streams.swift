internal import IntegrationDocument

extension MappingPlan {
    /// Copies a value of the input.
    @inline(__always)
    func copy(
        _ value: UnsafePointer<Word>, _ context: inout Context, _ bases: UnsafePointer<UnsafePointer<UInt8>>,
        into builder: inout Builder
    ) {
        if context.isLocal { builder.copy(value) } else { builder.copy(foreign: View(value, bases)) }
    }

    /// Appends a value that was computed; nothing where it is undefined.
    ///
    /// - Returns: false where the evaluator is to be asked.
    @inline(__always)
    func append(_ value: DirectValue, into builder: inout Builder) -> Bool {
        switch value {
        case .undefined: return true
        case .unknown: return false
        case .null: builder.append(.null)
        case .bool(let bool): builder.append(.bool(bool))
        case .number(let number):
            guard number.isFinite else { return false }
            builder.append(number: number)
        case .scalar(let word): builder.append(word)
        case .container(let pointer): builder.copy(pointer)
        }
        return true
    }

    /// Closes the array opened at `mark`, which may collapse: of one element into it, of none into nothing.
    @inline(__always)
    func close(_ mark: Builder.Mark, _ count: Int, keepsArray: Bool, into builder: inout Builder) {
        if count > 1 || count == 1 && keepsArray {
            builder.close(mark, .array, count: count)
        } else if count == 1 {
            builder.unwrap(mark)
        } else {
            builder.rewind(to: mark)
        }
    }

    /// `[…]`: arrays among the values give their elements.
    func array(
        _ list: UnsafePointer<DirectOperation>, _ input: UnsafePointer<Word>, _ run: inout DirectRun, _ isDirect: Bool,
        into builder: inout Builder
    ) -> Bool {
        guard isDirect else { return false }
        let mark = builder.open()
        var count = 0
        for index in list.pointee.first..<list.pointee.second {
            let value = run.value(run.operands[Int(index)], input)
            if case .container(let pointer) = value, pointer.pointee.kind == .array {
                var element = pointer + 1
                let end = element + pointer.pointee.span
                while element < end {
                    builder.copy(element)
                    element += element.pointee.extent
                }
                count &+= pointer.pointee.count
            } else {
                guard append(value, into: &builder) else { return false }
                if !value.isUndefined { count &+= 1 }
            }
        }
        builder.close(mark, .array, count: count)
        return true
    }

    /// What the names from `next` on lead to in each element of an array.
    func gather(
        _ array: UnsafePointer<Word>, _ next: Int32, _ end: Int32, _ run: DirectRun, _ context: inout Context,
        into builder: inout Builder
    ) -> Bool {
        let mark = builder.open()
        var count = 0
        var item = array + 1
        let last = item + array.pointee.span
        while item < last {
            // Arrays within arrays would be flattened.
            if item.pointee.kind == .array { return false }
            switch run.walk(from: item, next, end) {
            case .nothing: break
            case .array: return false
            case .value(let found):
                if found.pointee.kind == .array { return false }
                copy(found, &context, run.bases, into: &builder)
                count &+= 1
            }
            item += item.pointee.extent
        }
        close(mark, count, keepsArray: false, into: &builder)
        return true
    }

    /// Writes what a path through one array gives.
    @inline(__always)
    func stream(
        _ step: UnsafePointer<Step>, _ operation: UnsafePointer<DirectOperation>, _ input: View, _ slots: Slots,
        _ run: inout DirectRun, _ context: inout Context, into builder: inout Builder
    ) -> Bool {
        let needsValues = operation.pointee.third >= 0 || operation.pointee.fourth >= 0
        guard context.isDirect || !needsValues else { return false }
        let start: UnsafePointer<Word>
        switch run.walk(operation, input.pointer) {
        // A test is asked even where there is nothing.
        case .nothing: return operation.pointee.third < 0
        case .array: return false
        case .value(let found): start = found
        }
        let mark = builder.open()
        var count = 0
        if step.pointee.position != Step.everywhere {
            guard let item = item(step.pointee.position, of: start) else {
                builder.rewind(to: mark)
                return true
            }
            guard item.pointee.kind != .array,
                write(item, step, operation, input, slots, &run, &context, &count, into: &builder)
            else { return false }
        } else {
            let written = run.forEach(operation, from: start) { run, item in
                write(item, step, operation, input, slots, &run, &context, &count, into: &builder)
            }
            guard written else { return false }
        }
        close(mark, count, keepsArray: step.pointee.keepsArray, into: &builder)
        return true
    }

    /// The item at a position; nil where there is none.
    private func item(_ position: Int32, of start: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        let isArray = start.pointee.kind == .array
        let count = isArray ? start.pointee.count : 1
        let index = Int(position) + (position < 0 ? count : 0)
        guard index >= 0, index < count else { return nil }
        guard isArray else { return start }
        var item = start + 1
        for _ in 0..<index { item += item.pointee.extent }
        return item
    }

    /// Writes what is made of one item of a stream.
    @inline(__always)
    private func write(
        _ item: UnsafePointer<Word>, _ step: UnsafePointer<Step>, _ operation: UnsafePointer<DirectOperation>,
        _ input: View, _ slots: Slots, _ run: inout DirectRun, _ context: inout Context, _ count: inout Int,
        into builder: inout Builder
    ) -> Bool {
        if let plan = step.pointee.plan {
            context.room = run.room
            let written = plan._withUnsafeGuaranteedRef {
                $0.write(View(item, input.bases), slots + keyCount, &context, into: &builder)
            }
            run.room = context.room
            guard written else { return false }
        } else if operation.pointee.fourth >= 0 {
            let value = run.value(operation.pointee.fourth, item)
            if case .container(let pointer) = value, pointer.pointee.kind == .array { return false }
            guard append(value, into: &builder) else { return false }
            if value.isUndefined { return true }
        } else {
            copy(item, &context, input.bases, into: &builder)
        }
        count &+= 1
        return true
    }
}
