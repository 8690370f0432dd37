/// How far a connection has come.
public enum ConnectStage: Int, Sendable, Comparable {
    case resolve, connect, tls, authenticate, open

    public static func < (left: ConnectStage, right: ConnectStage) -> Bool { left.rawValue < right.rawValue }
}
