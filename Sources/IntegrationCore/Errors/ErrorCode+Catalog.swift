extension ErrorCode {
    /// Every code of the program itself; plugins and connectors add their own when they register.
    public static let all: [ErrorCode] = [
        allConfiguration, allConfigurationSources, allConfigurationMeaning, messageCodes, templateCodes, schemaCodes,
        patchCodes, expressionCodes, flowCodes, pluginCodes, programCodes, serviceCodes, fileCodes, streamCodes,
        networkCodes, httpCodes, httpServerCodes, amqpCodes, sqlCodes, guardCodes, storeCodes, serverCodes,
        commandLineCodes,
    ].flatMap(\.self)
}
