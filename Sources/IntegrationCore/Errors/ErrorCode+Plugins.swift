/// Failures of plugins.
extension ErrorCode {
    public static let pluginExists = ErrorCode(
        "IE4101", "Plugin exists already",
        explanation: "A plugin is registered under a name that another plugin bears already.",
        remedy: "Unregister the other one first.")

    public static let pluginUnknown = ErrorCode(
        "IE4102", "No such plugin",
        explanation: "A call or a configuration names a plugin that is not registered with this engine.",
        remedy: "Register it first, or look at the list of plugins for its name.")

    public static let pluginInUse = ErrorCode(
        "IE4103", "Plugin is in use",
        explanation: """
            A plugin can't be taken out while a flow uses something that it offers, or another plugin depends on it. \
            A flow uses it as long as the flow exists, also while it is stopped.
            """,
        remedy: "Delete the flows and unregister the plugins that are named first.")

    public static let hookFailed = ErrorCode(
        "IE4104", "Plugin load failed",
        explanation: """
            A hook of a plugin failed or took longer than it may. Where that was at the start, the `post_shutdown` \
            hooks of every plugin that had begun were run, the last one first, and nothing was started.
            """,
        remedy: "Look at what the hook waits for.")

    public static let pluginInvalid = ErrorCode(
        "IE4105", "Plugin is not well described",
        explanation: """
            A plugin's name is empty, its version is not one as by SemVer 2 (`1.2.3`), or a dependency names a range \
            that is none (`0.8.0`, `^0.8`, `>=1 <2`).
            """,
        remedy: "Correct the plugin's description.")

    public static let dependencyMissing = ErrorCode(
        "IE4106", "Plugin load failed: missing dependency",
        explanation:
            "A plugin depends on another one that is not registered. Plugins are registered after what they need.",
        remedy: "Register the plugin that is named first.")

    public static let dependencyIncompatible = ErrorCode(
        "IE4107", "Plugin load failed: wrong version",
        explanation: "A plugin is registered in a version that another plugin or a configuration does not accept.",
        remedy: "Register another version of it, or widen the range that is named.")

    public static let pluginConflict = ErrorCode(
        "IE4108", "Plugin offers what exists already",
        explanation:
            "A type that a plugin adds (a source, a step, a format …) bears the name of another one of its kind.",
        remedy: "Rename it in the plugin, or unregister the plugin that has the other one.")

    public static let pluginCodes: [ErrorCode] = [
        pluginExists, pluginUnknown, pluginInUse, hookFailed, pluginInvalid, dependencyMissing,
        dependencyIncompatible, pluginConflict,
    ]
}
