import Logging
import Support

/// Log lines for stderr that may quote guests; see `Output.line`.
struct VisibleLogHandler: LogHandler {
    private var target: StreamLogHandler

    init(_ target: StreamLogHandler) { self.target = target }

    var metadata: Logger.Metadata {
        get { target.metadata }
        set { target.metadata = newValue }
    }

    var logLevel: Logger.Level {
        get { target.logLevel }
        set { target.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { target[metadataKey: key] }
        set { target[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(VisibleText.text(event.message.description, keepsLines: true))"
        target.log(event: event)
    }
}
