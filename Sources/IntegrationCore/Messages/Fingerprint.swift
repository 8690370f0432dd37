/// FNV-1a, 64 bits: a number that stands for some bytes, the same in every run.
package struct Fingerprint {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(_ text: String) { add(text.utf8) }

    package init(_ bytes: some Sequence<UInt8>) { add(bytes) }

    private mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
}
