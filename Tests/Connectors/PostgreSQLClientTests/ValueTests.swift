import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import PostgreSQLClient
import Testing

@Suite("Values of PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct ValueTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(
            .shared(),
            """
            create type mood as enum ('sad', 'happy'); create domain money2 as numeric(10,2);
            create domain small as money2; create type pair as (a int, b text);
            create type textrange as range (subtype = text)
            """)
    }

    @Test(
        "Every type comes as what JSON has nearest to it, and nothing is rounded",
        arguments: [
            ("9223372036854775807::bigint", "9223372036854775807"),
            ("123456789012345678901234567890.120::numeric", "123456789012345678901234567890.120"),
            ("'NaN'::numeric", #""NaN""#), ("'-Infinity'::float8", #""-Infinity""#), ("1e20::float8", "1e+20"),
            ("0.1::float4", "0.1"), ("-7::int2", "-7"), ("true", "true"), ("null::int", "null"),
            (#"'a "b" \ ' || chr(9) || 'Ω'"#, #""a \"b\" \\ \tΩ""#),
            ("'2026-03-01 12:30:45.123456+02'::timestamptz", #""2026-03-01T10:30:45.123456Z""#),
            ("'2026-03-01 12:30:45'::timestamp", #""2026-03-01T12:30:45""#), ("'2026-03-01'::date", #""2026-03-01""#),
            ("'0044-03-15 12:00:00 BC'::timestamp", #""0044-03-15 12:00:00 BC""#),
            ("'infinity'::timestamptz", #""infinity""#), ("'1 day 2 hours'::interval", #""P1DT2H""#),
            ("'{\"a\": [1.00, null]}'::json", #"{"a": [1.00, null]}"#), ("'[1,2]'::jsonb", "[1, 2]"),
            (#"'\xdeadBEEF00'::bytea"#, #""3q2+7wA=""#),
            ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", #""a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11""#),
            ("array[1,null,3]", "[1,null,3]"), ("array[[1,2],[3,4]]", "[[1,2],[3,4]]"),
            (#"array['a,b', '"', '\', 'NULL', null, '']"#, #"["a,b","\"","\\","NULL",null,""]"#),
            ("'[0:1]={5,6}'::int[]", "[5,6]"), ("'{}'::int[]", "[]"),
            ("array['2026-03-01 12:00:00+00'::timestamptz]", #"["2026-03-01T12:00:00Z"]"#),
            (#"array['{"a": 1}'::jsonb]"#, #"[{"a": 1}]"#),
            ("int4range(1, 5)", #"{"lower":1,"upper":5,"bounds":"[)"}"#),
            ("'(,2026-03-01 12:00:00+00]'::tstzrange", #"{"lower":null,"upper":"2026-03-01T12:00:00Z","bounds":"(]"}"#),
            ("'empty'::int4range", #"{"empty":true}"#),
            (
                "'{[1,3),[5,8)}'::int4multirange",
                #"[{"lower":1,"upper":3,"bounds":"[)"},{"lower":5,"upper":8,"bounds":"[)"}]"#
            ),
            ("'happy'::mood", #""happy""#), ("array['sad','happy']::mood[]", #"["sad","happy"]"#),
            ("'1.50'::small", "1.50"), ("array['1.50']::small[]", "[1.50]"), ("row(1,'x')::pair", #""(1,x)""#),
            ("textrange('a', 'b,c')", #"{"lower":"a","upper":"b,c","bounds":"[)"}"#),
            ("textrange('a=b', 'c\"d')", #"{"lower":"a=b","upper":"c\"d","bounds":"[)"}"#),
            ("'[0:1]={a=b,c}'::text[]", #"["a=b","c"]"#), ("'12.5'::money", #""$12.50""#),
        ])
    func types(_ expression: String, _ json: String) async throws {
        let connection = try await PostgreSQLConnection.open(schema.url())
        #expect(try await connection.rows("select \(expression) as v") == ["{\"v\":\(json)}"])
        // The same by the extended protocol, and whatever the database's own settings are.
        #expect(try await connection.rows("select \(expression) as v where $1::int = 1", "1") == ["{\"v\":\(json)}"])
    }

    @Test(
        "A value of a message becomes a parameter of the type that the server expects",
        arguments: [
            ("int", "7", "7"), ("int", "7.0", "7"), ("int", "1e2", "100"), ("int", #""8""#, "8"), ("int", "null", nil),
            ("numeric", "12345678901234567890.10", "12345678901234567890.10"), ("bool", "true", "true"),
            ("text", #""a\u00e4\n""#, "aä\n"), ("text", "3194.0", "3194.0"), ("text", "true", "true"),
            ("text", #"{"a":[1.0]}"#, #"{"a":[1.0]}"#), ("json", #""x""#, #""x""#),
            ("json", #"{"a": 1.00}"#, #"{"a":1.00}"#),
            ("bytea", #""3q2+7wA=""#, #"\xdeadbeef00"#), ("int[]", "[1,null,3]", "{1,NULL,3}"),
            ("text[]", #"["a,b","\"","NULL",null,"{"]"#, #"{"a,b","\"","NULL",NULL,"{"}"#),
            ("int[]", "[[1,2],[3,4]]", "{{1,2},{3,4}}"), ("jsonb[]", #"[{"a":1},[2]]"#, #"{"{\"a\": 1}",[2]}"#),
            ("mood", #""sad""#, "sad"), ("mood[]", #"["sad"]"#, "{sad}"), ("small", "1.5", "1.50"),
            ("timestamptz", #""2026-03-01T12:00:00+02:00""#, "2026-03-01 10:00:00+00"),
            ("int4range", #""[1,5)""#, "[1,5)"),
        ])
    func parameters(_ type: String, _ json: String, _ stored: String?) async throws {
        let connection = try await PostgreSQLConnection.open(schema.url())
        let sql = "select $1::\(type)::text, pg_typeof($1)"
        let parameter = try await connection.describe(sql, timeout: .seconds(20)).parameters[0]
        let types = try await connection.types(of: [], timeout: .seconds(20))
        var row = SQLParameters(width: 1)
        try Document("[\(json)]").withRoot { try row.append($0[0], as: parameter, types) }
        let result = try await connection.run(SQLRequest(sql, row), timeout: .seconds(20))
        #expect(result.text(0, 0) == stored)
    }

    @Test(
        "What no value of the type can be is refused with the reason",
        arguments: [
            ("text", #""a\u0000b""#, "NUL"), ("jsonb", #"{"a":[]}"#, nil), ("int", "{}", "is an object"),
            ("int", "[1]", "is an array"), ("bytea", #""%%%%""#, "no base 64"), ("bytea", "7", "no string of base 64"),
            ("text[]", #"["a\u0000"]"#, "NUL"),
        ])
    func refused(_ type: String, _ json: String, _ words: String?) async throws {
        let connection = try await PostgreSQLConnection.open(schema.url())
        let parameter = try await connection.describe("select $1::\(type)", timeout: .seconds(20)).parameters[0]
        let types = try await connection.types(of: [], timeout: .seconds(20))
        var row = SQLParameters(width: 1)
        let error = await failure { try Document("[\(json)]").withRoot { try row.append($0[0], as: parameter, types) } }
        #expect(error?.code == (words == nil ? nil : .sqlValueInvalid))
        #expect(error?.message.contains(words ?? "") ?? (words == nil))
    }

    @Test(
        "Names of tables are quoted, whatever they hold",
        arguments: [
            ("orders", #""orders""#), ("sales.Orders", #""sales"."Orders""#), (#""a.b".c"#, #""a.b"."c""#),
            (#"x"; drop table y; --"#, #""x""; drop table y; --""#), (#""q""q""#, #""q""q""#), ("a.b.c", nil),
            ("", nil),
            (".a", nil), (#""a"#, nil), (#""a"b"#, nil),
        ])
    func names(_ written: String, _ quoted: String?) { #expect(SQLName(dotted: written)?.quoted == quoted) }

    @Test("A library that is not there is said with what to install, and the one that is there goes on")
    func library() async throws {
        let error = try #require(await failure { try LibPQ.load(from: "libpq.so.none") })
        #expect(error.code == .sqlLibraryMissing && error.code.remedy.contains("apt install libpq5"))
        #expect(error.causes.joined().contains("libpq.so.none"))
        #expect(
            await failure { try LibPQ.load(from: "libc.so.6") }?.causes == ["libc.so.6 has no PQconnectStartParams"])
        try LibPQ.load()
        #expect(try await PostgreSQLConnection.open(schema.url()).run("select 1").count == 1)
    }
}
