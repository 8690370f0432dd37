internal import Glibc
internal import IntegrationCore
internal import IntegrationStore

// usage: StoreVictim FOLDER LANES|limit
//
// With a number, moves messages until it is killed; with `limit`, goes on writing beyond the limit of file sizes.
let arguments = CommandLine.arguments
guard arguments.count == 3 else { exit(64) }
try await SQLiteStore.withStore(in: arguments[1]) { store in
    if let lanes = Int(arguments[2]) {
        try await move(store, lanes: lanes)
    } else {
        try await exceedLimit(store)
    }
}

/// Writes one line at once.
func say(_ words: String) {
    _ = (words + "\n").withCString { write(1, $0, strlen($0)) }
}
