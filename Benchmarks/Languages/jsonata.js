// The yardstick of JSONata: jsonata-js, bytes to bytes. Prints microseconds of processor time for one line.
//
// usage: node jsonata.js EXPRESSION-FILE LINES-FILE        (the package `jsonata` must be where node finds it)
const fs = require("fs");
const jsonata = require("jsonata");

async function main([expressionFile, linesFile]) {
    const expression = jsonata(fs.readFileSync(expressionFile, "utf8"));
    const lines = fs.readFileSync(linesFile).toString().split("\n").filter((line) => line);
    const turn = async () => {
        const before = process.cpuUsage();
        for (const line of lines) Buffer.from(JSON.stringify(await expression.evaluate(JSON.parse(line))));
        const { user, system } = process.cpuUsage(before);
        return (user + system) / lines.length;
    };
    await turn();
    console.log(await turn());
}

main(process.argv.slice(2));
