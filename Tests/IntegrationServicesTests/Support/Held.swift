/// A machine that a test moves within its expectations, where values can't be changed.
final class Held<Machine> {
    var it: Machine
    init(_ machine: Machine) { it = machine }
}
