internal import Glibc
internal import IntegrationCore

/// The files that `integration init` makes.
enum StarterFiles {
    /// By the path below the folder, in the order in which they are made.
    static let all: [(path: String, text: String)] = [
        ("integration.yaml", configuration), ("schemas/order.json", schema), ("customers.ndjson", customers),
        ("orders.ndjson", orders), ("tests/orders.sh", test),
    ]

    /// Writes them all, or none.
    ///
    /// - Returns: their paths.
    /// - Throws: `alreadyThere` where one is there already, `fileUnwritable`.
    static func write(to folder: String) throws(IntegrationError) -> [String] {
        let base = folder == "." ? "" : folder + "/"
        let files = all.map { (path: base + $0.path, text: $0.text) }
        if let present = files.first(where: { access($0.path, F_OK) == 0 }) {
            throw IntegrationError(.alreadyThere, "\(present.path) exists")
        }
        for made in [folder, base + "schemas", base + "tests"] where mkdir(made, 0o755) != 0 && errno != EEXIST {
            throw failure(made)
        }
        for file in files {
            let mode: mode_t = file.path.hasSuffix(".sh") ? 0o755 : 0o644
            let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            guard descriptor >= 0 else { throw failure(file.path) }
            defer { close(descriptor) }
            if let reason = Channel(descriptor: descriptor).write(file.text) {
                throw IntegrationError(.fileUnwritable, "\(file.path): \(reason)")
            }
        }
        return files.map(\.path)
    }

    private static func failure(_ path: String) -> IntegrationError {
        IntegrationError(.fileUnwritable, "\(path): \(String(cString: strerror(errno)))")
    }

    private static let configuration = """
        # Orders come from a file, are checked, get their customer's name, and go to one of two files.
        #   integration check               shows every mistake, with its line
        #   integration run --until-idle    runs it once
        #   integration dev                 runs it, and takes over every change as you save it
        name: getting-started

        # Where positions, queues and dead letters are kept: a second run goes on where this one ended.
        storage: {path: ./data}

        services:
          # What an enrich step can ask: here a file with one JSON object a line.
          customers: {type: table, path: customers.ndjson, key: id}

        schemas:
          order: {path: schemas/order.json}

        templates:
          # How an order looks afterwards: texts that begin with $ are JSONPaths into what came in.
          order:
            mapping: {id: $.orderId, customer: {id: $.customerId}, total: $.total}

        # Queues keep messages until somebody reads them; this one takes what fails for good:
        #   integration dlq list
        queues:
          failed-orders: {retention: 14d}

        flows:
          orders:
            description: Sorts orders by their worth.
            source: {type: file, path: orders.ndjson}
            steps:
              - validate: order
              - transform: order
              - enrich: {service: customers, lookup_field: customer.id, into: customer}
              - route:
                  routes:
                    - {condition: total >= 1000, destination: big-orders}
                    - {condition: total < 1000, destination: small-orders}
            error_handling:
              # Three tries in all where trying again may help, then the dead letters.
              type: retry_then_dlq
              retry: {max_attempts: 3}
              dlq: failed-orders

        destinations:
          big-orders: {type: file, path: out/big-orders.ndjson}
          small-orders: {type: file, path: out/small-orders.ndjson}

        """

    private static let schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["orderId", "customerId", "total"],
          "properties": {
            "orderId": {"type": "string"},
            "customerId": {"type": "string"},
            "total": {"type": "number", "minimum": 0}
          }
        }

        """

    private static let customers = """
        {"id": "c-1", "name": "Ada", "tier": "gold"}
        {"id": "c-2", "name": "Grace", "tier": "silver"}

        """

    private static let orders = """
        {"orderId": "A-1", "customerId": "c-1", "total": 1250.00}
        {"orderId": "A-2", "customerId": "c-2", "total": 80.5}
        {"customerId": "c-1", "total": 12}
        {"orderId": "A-4", "customerId": "c-9", "total": 40}

        """

    private static let test = """
        #!/bin/sh
        # Runs the flow on the sample in a folder of its own and compares what comes out with what must.
        set -eu
        integration="${INTEGRATION:-integration}"
        here="$(cd "$(dirname "$0")/.." && pwd)"
        place="$(mktemp -d)"
        trap 'rm -rf "$place"' EXIT
        cp -R "$here/integration.yaml" "$here/schemas" "$here/customers.ndjson" "$here/orders.ndjson" "$place"
        cd "$place"
        "$integration" run --until-idle 2>run.log || { cat run.log >&2; exit 1; }
        expect() {
            test "$(cat "$1")" = "$2" || { echo "$1 is not what it must be:" >&2; cat "$1" >&2; exit 1; }
        }
        expect out/big-orders.ndjson '{"id":"A-1","customer":{"id":"c-1","name":"Ada","tier":"gold"},"total":1250.00}'
        expect out/small-orders.ndjson '{"id":"A-2","customer":{"id":"c-2","name":"Grace","tier":"silver"},"total":80.5}'
        test "$("$integration" dlq list -o jsonl | wc -l)" -eq 2 || { echo "two orders must fail" >&2; exit 1; }
        echo "all as it must be"

        """
}
